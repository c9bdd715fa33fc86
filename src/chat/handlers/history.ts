import { parseDurationMs, readMomentMs } from '../../doors/time.ts';
import { type Release, type ReleaseId, releaseIdSchema } from '../../vocabulary/release.ts';
import { overall } from '../../vocabulary/verdict.ts';
import type { MessageBody } from '../../words/blocks.ts';
import { parse } from '../grammar.ts';
import type { HistoryFilter } from '../history-filter.ts';
import type { Asker, ChatPorts } from '../ports.ts';
import { historyReply, rowsEach } from '../views/history.ts';
import { reply } from '../views/words.ts';

/** A page looks at no more than this, however little of it fits the filter. */
const lookedAtLimit = 1_000;
const batch = 200;

type From = { readonly before?: ReleaseId } | { readonly after: ReleaseId };

/** The past releases that fit, the newest first; from where on, if this is not the first page. */
export async function tellHistory(
  ports: ChatPorts,
  asker: Asker,
  filter: HistoryFilter,
  from: From = {},
): Promise<MessageBody> {
  const sinceMs = sinceOf(filter, ports.clock.now(), asker.timeZone);
  const isForward = 'after' in from;
  const fits = fitsFilter(filter, asker, sinceMs);
  const found: Release[] = [];
  let place: From = from;
  let lookedAt = 0;
  let isEnd = false;
  // One more than is shown tells whether there is another page.
  while (found.length <= rowsEach && lookedAt < lookedAtLimit && !isEnd) {
    const { service, environment } = filter;
    const page = await ports.history({
      ...(service === undefined ? {} : { service }),
      ...(environment === undefined ? {} : { environment }),
      ...(sinceMs === undefined ? {} : { sinceMs }),
      ...place,
      limit: batch,
    });
    lookedAt += page.length;
    isEnd = page.length < batch;
    const inOrder = isForward ? page.toReversed() : page;
    found.push(...inOrder.filter(fits));
    const last = inOrder.at(-1);
    if (last === undefined) break;
    place = isForward ? { after: last.id } : { before: last.id };
  }
  const shown = found.slice(0, rowsEach);
  const isMore = found.length > rowsEach;
  // Where the limit came before the end, the next page begins where this one stopped looking.
  const stopped = isMore ? shown.at(-1)?.id : isEnd ? undefined : cursorOf(place);
  const releases = isForward ? shown.toReversed() : shown;
  const isFirst = !isForward && from.before === undefined;
  const top = releases[0]?.id ?? (isForward ? undefined : from.before);
  const bottom = releases.at(-1)?.id ?? (isForward ? from.after : undefined);
  return historyReply({
    filter,
    releases,
    older: isForward ? bottom : stopped,
    newer: isForward ? stopped : isFirst ? undefined : top,
    ...(isMore || isEnd ? {} : { lookedAt }),
  });
}

function cursorOf(from: From): ReleaseId | undefined {
  return 'after' in from ? from.after : from.before;
}

function sinceOf({ since }: HistoryFilter, nowMs: number, timeZone: string): number | undefined {
  if (since === undefined) return undefined;
  const agoMs = parseDurationMs(since);
  return agoMs === null ? (readMomentMs(since, nowMs, timeZone) ?? undefined) : nowMs - agoMs;
}

function fitsFilter({ by, only }: HistoryFilter, { person }: Asker, sinceMs: number | undefined) {
  return (release: Release): boolean => {
    const { requester, intent, at } = release.request;
    if (sinceMs !== undefined && Date.parse(at) < sinceMs) return false;
    if (only === 'rollbacks' && intent !== 'rollback') return false;
    if (only === 'failed' && !hasFailed(release)) return false;
    if (by === undefined) return true;
    const wanted = by.toLowerCase();
    if (wanted === 'me') return requester.user === person.user;
    const name = requester.name.toLowerCase();
    return requester.user.toLowerCase() === wanted || name === wanted || name.split(/\s+/).includes(wanted);
  };
}

/** Once on any cluster, whatever came after. */
function hasFailed({ failed, undone, arrival }: Release): boolean {
  return failed !== undefined || undone !== undefined || (arrival !== undefined && overall(arrival)?.kind === 'failed');
}

/** Another page: the button carries where it begins, and the words of the filter, which are read anew. */
export async function turnPage(ports: ChatPorts, asker: Asker, action: string, value: string): Promise<MessageBody> {
  const [id = '', ...words] = value.split(' ');
  const from = releaseIdSchema.safeParse(id);
  const parsed = parse(`history ${words.join(' ')}`, '/release', ports.catalog.names());
  if (!from.success || parsed.kind === 'mistake' || parsed.command.kind !== 'history')
    return reply('That page is not there any more; type the command again.');
  const { kind: _, ...filter } = parsed.command;
  return tellHistory(ports, asker, filter, action === 'history.newer' ? { after: from.data } : { before: from.data });
}
