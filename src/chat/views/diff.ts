import type { Preview } from '../../vocabulary/preview.ts';
import type { Plan } from '../../vocabulary/release.ts';
import { code, context, foreign, type KnownBlock, type MessageBody, section, spoken } from '../../words/blocks.ts';
import { betweenWords, checkBlocks, commitWords, lineWords, riskBlocks } from '../../words/plan-words.ts';
import { typed } from '../command-table.ts';
import { refusedWords, standingIn } from './gates.ts';
import { bulleted, reply } from './words.ts';

export interface Compared {
  readonly service: string;
  readonly environment: string;
}

/** What a release would change: from → to, the commits between, the lines of Git, and what stands in its way. */
export function diffReply({ service, environment }: Compared, preview: Preview): MessageBody {
  const where = foreign(environment, 80);
  if (preview.kind === 'refused') {
    const words = `*${foreign(service, 80)} in ${where}*\n${refusedWords(preview.reasons)}`;
    return { text: spoken(words), blocks: [section(words)] };
  }
  const { plan, reasons } = preview;
  const title = `${foreign(service, 80)} ${stepWords(plan)} in ${where}`;
  if (preview.kind === 'unchanged')
    return reply(
      `*${foreign(service, 80)} ${foreign(plan.artifact.version, 130)}* is in ${where} already: nothing would be written.`,
    );
  const standing = standingIn(reasons);
  const isRefused = reasons.some(({ effect }) => effect === 'deny');
  const command = typed('release', `${service} ${environment} ${plan.artifact.version}`);
  const quiet = [
    ...(plan.chosen === undefined ? [] : [`chosen: ${foreign(plan.chosen, 200)}`]),
    ...(isRefused ? [] : [`Ask for it: ${code(command)}`]),
  ];
  return {
    text: spoken(`${title} (${betweenWords(plan, true)}). ${standing}`),
    blocks: [
      section(`*${title}* (${betweenWords(plan, true)})`),
      ...riskBlocks(plan),
      ...checkBlocks(plan.artifact),
      ...changeBlocks(plan),
      section(standing),
      ...(quiet.length === 0 ? [] : [context(...quiet)]),
    ],
  };
}

function stepWords({ from, artifact }: Plan): string {
  return `${from === null ? '' : `${foreign(from.version, 130)} → `}${foreign(artifact.version, 130)}`;
}

function changeBlocks(plan: Plan): KnownBlock[] {
  const commits = plan.commits.map(commitWords);
  const lines = plan.lines.map(lineWords);
  return [
    ...(commits.length === 0 ? [] : [section(bulleted('Commits', commits, plan.commitCount))]),
    ...(lines.length === 0 ? [] : [section(bulleted('Change', lines))]),
  ];
}
