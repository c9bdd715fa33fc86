import { spokenDuration } from '../../doors/time.ts';
import { type Artifact, severitySchema } from '../../vocabulary/artifact.ts';
import type { Release } from '../../vocabulary/release.ts';
import {
  code,
  context,
  escapeText,
  header,
  link,
  type MessageBody,
  mention,
  section,
  shorten,
  spoken,
} from '../../words/blocks.ts';
import { day, fitting, reply, shortId, stateWords, stepOf } from './words.ts';

/** A titled list that says how much of it is not shown. */
function list(title: string, rows: readonly string[], hint?: string): MessageBody {
  const shown = fitting(rows);
  const more = rows.length > shown.length ? [`… ${rows.length - shown.length} more`] : [];
  return {
    text: spoken(`${title}: ${shown.join('; ')}`),
    blocks: [header(title), section([...shown, ...more].join('\n')), ...(hint === undefined ? [] : [context(hint)])],
  };
}

export function queueReply(open: readonly Release[], nowMs: number): MessageBody {
  if (open.length === 0) return reply('Nothing waits.');
  const rows = open.map((release) => {
    const age = spokenDuration(nowMs - Date.parse(release.request.at));
    return `• ${code(shortId(release))} *${stepOf(release)}* by ${mention(release.request.requester.user)}, ${age}, ${stateWords(release)}`;
  });
  return list(
    `${open.length} ${open.length === 1 ? 'release waits' : 'releases wait'}`,
    rows,
    `Withdraw one with ${code(`/release cancel ${open[0] === undefined ? '' : shortId(open[0])}`)}`,
  );
}

export function artifactsReply(service: string, artifacts: readonly Artifact[]): MessageBody {
  if (artifacts.length === 0)
    return reply(`There are no artifacts of ${escapeText(service)} yet; CI says so with POST /artifacts.`);
  const rows = artifacts.map((artifact) => {
    const { version, branch, commit, author, commits, builtAt } = artifact;
    const title = commits[0]?.title;
    const said = title === undefined ? '' : `: ${escapeText(shorten(title, 80))}`;
    const found = checkWords(artifact);
    return `• *${escapeText(version)}* ${escapeText(branch)} ${code(commit.slice(0, 7))}, ${day(builtAt)}, ${escapeText(author)}${said}${found === '' ? '' : ` · ${found}`}`;
  });
  return list(
    `Artifacts of ${service}`,
    rows,
    `Release one with ${code(`/release ${service} dev ${artifacts[0]?.version ?? ''}`)}`,
  );
}

/** `✓ ci, ✗ scan, … e2e; 1 critical, 2 high`; a check with an address is a link to it. */
function checkWords({ checks = [], vulnerabilities }: Artifact): string {
  const mark = { passed: '✓', failed: '✗', pending: '…' } as const;
  const shown = checks.slice(0, 8).map(({ name, state, url }) => {
    const label = shorten(name, 40);
    return `${mark[state]} ${url === undefined ? escapeText(label) : link(url, label)}`;
  });
  const more = checks.length > shown.length ? [`${checks.length - shown.length} more checks`] : [];
  const counts = severitySchema.options
    .filter((severity) => (vulnerabilities?.[severity] ?? 0) > 0)
    .map((severity) => `${vulnerabilities?.[severity]} ${severity}`);
  const scan =
    vulnerabilities === undefined ? [] : [counts.length === 0 ? 'no known vulnerabilities' : counts.join(', ')];
  return [[...shown, ...more].join(', '), ...scan].filter((part) => part !== '').join('; ');
}
