import { slackIdSchema } from '../../vocabulary/person.ts';
import type { Release, ReleaseId } from '../../vocabulary/release.ts';
import {
  actions,
  button,
  code,
  context,
  escapeText,
  type KnownBlock,
  type MessageBody,
  mention,
  section,
  spoken,
} from '../../words/blocks.ts';
import { typed } from '../command-table.ts';
import { type HistoryFilter, historyWords } from '../history-filter.ts';
import { day, reply, scopeWords, shortId, stateWords, stepOf, when } from './words.ts';

/** One page of the past, the newest first. */
export interface HistoryPage {
  readonly filter: HistoryFilter;
  readonly releases: readonly Release[];
  /** Where the pages beside this one begin; absent where there are none. */
  readonly older?: ReleaseId | undefined;
  readonly newer?: ReleaseId | undefined;
  /** How many were looked at, where that was the limit and not the end. */
  readonly lookedAt?: number | undefined;
}

/** As many rows as are read at a glance, and surely fit. */
export const rowsEach = 12;
/** The value of a button has 2,000 characters (Block Kit). */
const wordsLimit = 1_900;

/** The past releases that a filter lets through, with the way to those before and after. */
export function historyReply({ filter, releases, older, newer, lookedAt }: HistoryPage): MessageBody {
  const title = titleOf(filter);
  const more = lookedAt === undefined ? [] : [`Looked at ${lookedAt} releases; *Older* goes on from there.`];
  const buttons = [
    ...(newer === undefined ? [] : [pageButton('Newer', 'history.newer', newer, filter)]),
    ...(older === undefined ? [] : [pageButton('Older', 'history.older', older, filter)]),
  ];
  const paging: KnownBlock[] = buttons.length === 0 ? [] : [actions(...buttons)];
  if (releases.length === 0) {
    const empty = reply(
      `No ${title.charAt(0).toLowerCase()}${title.slice(1)}${more.length > 0 ? ' so far' : ''}.`,
      ...more,
    );
    return { ...empty, blocks: [...empty.blocks, ...paging] };
  }
  const rows = releases.map((release) => `• ${pastWords(release)}`);
  const [first] = releases;
  const hints = [
    `One of them: ${code(typed('describe', first === undefined ? '' : shortId(first)))}`,
    ...(older === undefined ? [] : [`Fewer: ${code(typed('history', 'web production by @ana since 7d failed'))}`]),
  ];
  return {
    text: spoken(`${title}: ${releases.map((release) => `${stepOf(release)} ${stateWords(release)}`).join('; ')}`),
    blocks: [section(`*${title}*`), ...sections(rows), context(...more, ...hints), ...paging],
  };
}

function pageButton(text: string, action: string, from: ReleaseId, filter: HistoryFilter) {
  return button({ text, action, value: `${from} ${historyWords(filter)}`.slice(0, wordsLimit) });
}

/** `Releases of web in production by @ana of the last 7d that failed`, in mrkdwn. */
function titleOf({ service, environment, by, since, only }: HistoryFilter): string {
  const of = scopeWords({ service, environment });
  return [
    only === 'rollbacks' ? 'Rollbacks' : 'Releases',
    ...(of === '' ? [] : [service === undefined ? `in ${of}` : `of ${of}`]),
    ...(by === undefined ? [] : [by === 'me' ? 'that you asked for' : `by ${personWords(by)}`]),
    ...(since === undefined ? [] : [/^\d{4}-/.test(since) ? `since ${since}` : `of the last ${since}`]),
    ...(only === 'failed' ? ['that failed'] : []),
  ].join(' ');
}

function personWords(by: string): string {
  return slackIdSchema.safeParse(by).success ? mention(by) : escapeText(by);
}

/** One release of the past; what failed says so, whatever became of it afterwards. */
export function pastWords(release: Release): string {
  const { request, failed } = release;
  const back = request.intent === 'rollback' ? 'rollback, ' : '';
  const state = stateWords(release);
  const isKnown = failed === undefined || state.startsWith('*failed*');
  const failure = isKnown
    ? ''
    : `*failed* on ${escapeText(failed.cluster)} ${when(failed.at)} (${escapeText(failed.reason)}), then `;
  return `${day(request.at)} ${code(shortId(release))} *${stepOf(release)}* by ${mention(request.requester.user)}${release.state.kind === 'held' ? ',' : ':'} ${back}${failure}${state}`;
}

/** A section takes 3,000 characters (Block Kit); rows are whole. */
function sections(rows: readonly string[]): KnownBlock[] {
  const texts: string[] = [];
  for (const row of rows) {
    const last = texts.at(-1);
    if (last !== undefined && last.length + row.length < 2_900) texts[texts.length - 1] = `${last}\n${row}`;
    else texts.push(row);
  }
  return texts.map(section);
}
