import { awaitsStep, isAutomatic, type Release, titleOf } from '../../vocabulary/release.ts';
import {
  actions,
  button,
  code,
  context,
  foreign,
  type KnownBlock,
  link,
  type MessageBody,
  mention,
  nextWords,
  section,
} from '../../words/blocks.ts';
import { betweenWords, commitWords } from '../../words/plan-words.ts';
import { approvalLines, decisionButtons } from './approval.ts';
import { type ArrivalSection, arrivalSection, type View } from './arrival.ts';
import { awaitsWords, chainWords } from './chain.ts';
import { overrideLine } from './override.ts';
import { refusalSection } from './refusal.ts';
import { changedWords, requestBlocks } from './request.ts';
import { reviewButtons, reviewLines } from './review.ts';
import { credits, fitting, message, requesterOf, serviceOf, stepOf, versionOf } from './words.ts';

/** The one public message of a release, drawn from its record as it stands at the moment of sending. */
export function releaseMessage(release: Release, view: View): MessageBody {
  const environment = foreign(release.request.environment, 80);
  const ended = (words: string) => titled(release, `*${stepOf(release)} in ${environment}*: ${words}`, [], view);
  switch (release.state.kind) {
    case 'requested':
      return titled(release, `${requesterOf(release)} asks ${stepOf(release)} in ${environment}.`, [], view);
    case 'held':
      return heldMessage(release, view);
    case 'queued':
      return titled(
        release,
        `*${stepOf(release)} → ${environment}*: queued. ${credits(release)}`,
        cancelButton(release),
        view,
      );
    case 'writing':
      return titled(release, `*${stepOf(release)} → ${environment}*: being written. ${credits(release)}`, [], view);
    case 'written': {
      const arrival = arrivalSection(release, release.state.commit, view);
      const buttons = [...arrival.buttons, ...reviewButtons(release)];
      const lines = [...arrival.lines, ...reviewLines(release)];
      return titled(release, arrival.sentence, buttons, view, lines, arrival.timeline);
    }
    case 'denied':
    case 'unchanged': {
      const sentence =
        release.state.kind === 'denied'
          ? refusalSection(release)
          : `*${serviceOf(release)} ${versionOf(release)}* is in ${environment} already.`;
      return titled(release, sentence, [], view);
    }
    case 'rejected': {
      const because = release.state.because === undefined ? '' : `: ${foreign(release.state.because, 500)}`;
      return ended(`rejected by ${mention(release.state.by.user)}${because}. Asked by ${requesterOf(release)}.`);
    }
    case 'cancelled':
      return ended(`cancelled by ${mention(release.state.by.user)}.`);
    case 'expired':
      return ended(`expired: it was not let go in time. Asked by ${requesterOf(release)}.`);
    case 'superseded':
      return ended(
        isAutomatic(release.request) || release.chain !== undefined
          ? 'superseded by a newer release.'
          : `superseded by a newer request of ${requesterOf(release)}.`,
      );
  }
}

function heldMessage(release: Release, view: View): MessageBody {
  const environment = foreign(release.request.environment, 80);
  if (awaitsStep(release)) {
    const title = `*${stepOf(release)} → ${environment}* ${awaitsWords(release)}. ${credits(release)}`;
    return titled(release, title, cancelButton(release), view);
  }
  const waits = (release.decision?.reasons ?? []).filter(({ effect }) => effect === 'hold');
  const asks = waits.some(({ demand }) => demand !== undefined);
  const title = asks
    ? `*${requesterOf(release)} asks ${stepOf(release)} in ${environment}*${between(release, true)}.`
    : `*${stepOf(release)} → ${environment}* waits${between(release)}. ${credits(release)}`;
  const others = waits
    .filter(({ demand }) => demand === undefined)
    .map(({ text, next }) => `• ${foreign(text, 500)}${next === undefined ? '' : `. Next: ${nextWords(next)}`}`);
  const lines = [...approvalLines(release), ...others];
  const buttons = asks
    ? decisionButtons(release)
    : [...(needsGo(release) ? [goButton(release)] : []), ...cancelButton(release)];
  return asks ? requestMessage(release, title, lines, buttons) : titled(release, title, buttons, view, lines);
}

/** A request for votes: who asks what, how far it is, and what there is to look at before a vote. */
function requestMessage(
  release: Release,
  title: string,
  lines: readonly string[],
  buttons: readonly ReturnType<typeof button>[],
): MessageBody {
  const override = overrideLine(release);
  const changed = changedWords(release);
  const blocks: KnownBlock[] = [
    section(title),
    ...(override === null ? [] : [section(override)]),
    ...(changed === null ? [] : [section(changed)]),
    section(fitting(lines)),
    ...requestBlocks(release),
    actions(...buttons),
  ];
  return message([title, ...(override === null ? [] : [override]), ...lines].join('\n'), blocks);
}

/** ` (3 commits, main)`. */
function between({ plan }: Release, withLines = false): string {
  return plan === undefined ? '' : ` (${betweenWords(plan, withLines)})`;
}

/** Whether what stopped it has ended and only its requester's word is missing. */
export function needsGo(release: Release): boolean {
  const reasons = release.decision?.reasons ?? [];
  return release.state.kind === 'held' && reasons.length === 1 && reasons[0]?.code === 'needs-go';
}

function goButton(release: Release) {
  return button({
    text: `Go ${release.request.service} ${release.plan?.artifact.version ?? ''}`.trim(),
    action: 'release.go',
    value: release.id,
    style: 'primary',
  });
}

function cancelButton(release: Release) {
  return [
    button({
      text: `Cancel ${titleOf(release)}`,
      action: 'release.cancel',
      value: release.id,
    }),
  ];
}

/** Title, lines, what it took, buttons, and the quiet facts below: commits, reason, ticket. */
function titled(
  release: Release,
  title: string,
  buttons: readonly ReturnType<typeof button>[],
  view: View,
  lines: readonly string[] = [],
  timeline?: ArrivalSection['timeline'],
): MessageBody {
  const blocks: KnownBlock[] = [section(title)];
  const override = overrideLine(release);
  if (override !== null) blocks.push(section(override));
  if (lines.length > 0) blocks.push(section(fitting(lines)));
  const { shown, said } = timeline ?? { shown: [], said: [] };
  if (shown.length > 0) blocks.push(context(fitting(shown, 1_900)));
  const facts = quietFacts(release, view);
  if (facts.length > 0) blocks.push(context(...facts));
  if (buttons.length > 0) blocks.push(actions(...buttons));
  return message([title, ...(override === null ? [] : [override]), ...lines, ...said].join('\n'), blocks);
}

const commitsShown = 5;

function quietFacts(release: Release, view: View): string[] {
  const { request, plan, state } = release;
  const facts: string[] = [];
  if (state.kind === 'written' && plan !== undefined)
    facts.push(
      `${foreign(plan.from?.version ?? 'nothing', 130)} → ${foreign(plan.artifact.version, 130)}${between(release)}`,
    );
  if (state.kind === 'written') facts.push(`Commit ${commitLink(state.commit, view)}`);
  // An override says its reason itself.
  const chain = chainWords(release);
  if (chain !== null) facts.push(chain);
  if (request.because !== undefined && overrideLine(release) === null)
    facts.push(`because ${foreign(request.because, 300)}`);
  if (request.asked.via !== undefined) facts.push('asked in a terminal, signed');
  if (request.ref !== undefined) facts.push(foreign(request.ref, 100));
  for (const { text } of release.decision?.warnings ?? []) facts.push(`Warning: ${foreign(text, 300)}`);
  if (plan?.chosen !== undefined) facts.push(`chosen: ${foreign(plan.chosen, 200)}`);
  if (plan !== undefined && plan.commits.length > 0) {
    const shown = plan.commits.slice(0, commitsShown).map(commitWords);
    const more = plan.commitCount - shown.length;
    facts.push([...shown, ...(more > 0 ? [`… ${more} more`] : [])].join(' · '));
  }
  return facts;
}

export function commitLink(commit: string, view: Pick<View, 'commitUrl'>): string {
  const short = commit.slice(0, 7);
  return view.commitUrl === undefined ? code(short) : link(view.commitUrl.replace('{commit}', commit), short);
}
