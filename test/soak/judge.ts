import { isOpen, type Release } from '../../src/vocabulary/release.ts';
import { overall } from '../../src/vocabulary/verdict.ts';

/** What became of a command in the moment it was typed. */
export type Answer = 'accepted' | 'refused' | 'unpromised' | 'failed';

/** One `/release` that somebody typed; `mark` stands in its reason, so that it is known again everywhere. */
export interface Asked {
  readonly mark: string;
  readonly answer: Answer;
}

/** A message in a channel itself, and the release that its metadata names. */
export interface Root {
  readonly release: string;
  readonly channel: string;
  readonly ts: string;
}

export interface Evidence {
  readonly asked: readonly Asked[];
  readonly records: readonly Release[];
  /** The release of each commit on the branch that carries a trailer, oldest first. */
  readonly commits: readonly { readonly commit: string; readonly release: string }[];
  readonly roots: readonly Root[];
  /** The version that all ready pods of a service run in all clusters of an environment; null where they differ. */
  readonly running: (service: string, environment: string) => string | null;
}

/** What must be true at any moment: each difference as one sentence. */
export function differences({ asked, records, commits, roots }: Evidence): string[] {
  return [...lostRequests(asked, records), ...wrongCommits(records, commits), ...wrongMessages(records, roots)];
}

/** What must be true besides when nothing is under way any more. */
export function unfinished({ records, roots, running }: Evidence): string[] {
  return [...leftOver(records), ...missingMessages(records, roots), ...falseVerdicts(records, running)];
}

export function markOf({ request }: Release): string {
  return request.because ?? '';
}

function lostRequests(asked: readonly Asked[], records: readonly Release[]): string[] {
  const byMark = Map.groupBy(records, markOf);
  const known = new Set(asked.map(({ mark }) => mark));
  return [
    ...asked.flatMap(({ mark, answer }) => {
      const count = byMark.get(mark)?.length ?? 0;
      if (answer === 'accepted' && count === 0) return [`${mark}: accepted, and there is no record of it`];
      if (answer === 'refused' && count > 0) return [`${mark}: refused, and there is a record of it`];
      return count > 1 ? [`${mark}: asked for once, and there are ${count} records of it`] : [];
    }),
    ...records.filter((each) => !known.has(markOf(each))).map(({ id }) => `${id}: a record that nobody asked for`),
  ];
}

function wrongCommits(records: readonly Release[], commits: Evidence['commits']): string[] {
  const byRelease = Map.groupBy(commits, ({ release }) => release);
  const byId = new Map<string, Release>(records.map((each) => [each.id, each]));
  const found = [...byRelease].flatMap(([release, own]) => {
    const record = byId.get(release);
    const shas = own.map(({ commit }) => commit.slice(0, 7)).join(', ');
    if (record === undefined) return [`${release}: in Git as ${shas}, and there is no record of it`];
    if (own.length > 1) return [`${release}: ${own.length} commits, ${shas}`];
    // Between the push and the record of it, it is on its way.
    if (record.state.kind === 'writing') return [];
    if (record.state.kind !== 'written')
      return [`${release}: in Git as ${shas}, and its record says ${record.state.kind}`];
    return record.state.commit === own[0]?.commit
      ? []
      : [`${release}: in Git as ${shas}, and its record names another`];
  });
  const lost = records
    .filter(({ id, state }) => state.kind === 'written' && !byRelease.has(id))
    .map(({ id }) => `${id}: its record says written, and Git has no commit of it`);
  return [...found, ...lost];
}

function wrongMessages(records: readonly Release[], roots: readonly Root[]): string[] {
  const known = new Set<string>(records.map(({ id }) => id));
  return [...Map.groupBy(roots, ({ release }) => release)].flatMap(([release, own]) => {
    const places = own.map(({ channel, ts }) => `${channel} ${ts}`).join(', ');
    if (!known.has(release)) return [`${release}: a message in ${places}, and there is no record of it`];
    return own.length > 1 ? [`${release}: ${own.length} messages, ${places}`] : [];
  });
}

function missingMessages(records: readonly Release[], roots: readonly Root[]): string[] {
  const shown = new Map(roots.map(({ release, ts }) => [release, ts]));
  return records.flatMap(({ id, message, state, plan }) => {
    const ts = shown.get(id);
    // What changes nothing is said to whoever asked alone; what ended before it was looked at is nobody's news.
    const isQuiet = ['denied', 'unchanged'].includes(state.kind) || (plan === undefined && state.kind === 'superseded');
    if (message === undefined && ts === undefined && isQuiet) return [];
    if (ts === undefined) return [`${id}: ${state.kind}, and no message in Slack`];
    return ts === message?.ts ? [] : [`${id}: its message is ${ts}, and its record names ${message?.ts}`];
  });
}

function leftOver(records: readonly Release[]): string[] {
  return records.filter(isOpen).map(({ id, state }) => `${id}: still ${state.kind}`);
}

/** The last one that was written decides what runs; all before it are superseded, and say so. */
function falseVerdicts(records: readonly Release[], running: Evidence['running']): string[] {
  const written = records.filter(({ state }) => state.kind === 'written');
  const places = Map.groupBy(written, ({ request }) => `${request.service} ${request.environment}`);
  return [...places.values()].flatMap((own) => {
    const inOrder = own.toSorted((a, b) => a.id.localeCompare(b.id));
    return inOrder.flatMap((release, index) => {
      const { service, environment } = release.request;
      const said = release.arrival === undefined ? null : (overall(release.arrival)?.kind ?? null);
      if (index < inOrder.length - 1)
        return said === 'superseded' ? [] : [`${release.id}: another one is written since, and it is ${said}`];
      const wanted = release.plan?.artifact.version ?? '';
      const runs = running(service, environment);
      const isTrue = runs === wanted ? said === 'healthy' : said !== 'healthy' && said !== null;
      return isTrue
        ? []
        : [`${release.id}: ${service} in ${environment} is ${said}; wanted ${wanted}, running ${runs}`];
    });
  });
}
