import { epochMsOf, spokenDuration } from '../../doors/time.ts';
import type { Release } from '../../vocabulary/release.ts';
import { type Timeline, timelineLines, timelineOf } from '../../vocabulary/timeline.ts';
import { overall, stageSchema, type Verdict } from '../../vocabulary/verdict.ts';
import { button, foreign } from '../../words/blocks.ts';
import { progress } from './progress.ts';
import { credits, serviceOf, versionOf, when } from './words.ts';

/** What a message needs beside the record. */
export interface View {
  /** The clusters of the environment, in the order of sluice.yaml. */
  readonly clusters: readonly string[];
  /** With `{commit}`. */
  readonly commitUrl?: string | undefined;
  /** Where Roll back would go; absent where nothing is known to be good. */
  readonly lastGood?: string | undefined;
}

export interface ArrivalSection {
  readonly sentence: string;
  /** The same without who asked and approved: what calls one of them is not to call the others. */
  readonly news: string;
  readonly lines: readonly string[];
  /** What it took, once it has ended; empty before. `said`: without references, for `text`. */
  readonly timeline: { readonly shown: readonly string[]; readonly said: readonly string[] };
  readonly buttons: readonly ReturnType<typeof button>[];
}

/** What became of a written release, over all clusters and on each. */
export function arrivalSection(release: Release, commit: string, view: View): ArrivalSection {
  return { ...sectionOf(release, commit, view), timeline: timelineWords(release, view) };
}

type Section = Omit<ArrivalSection, 'timeline'>;

/** What it took, where nothing is on its way any more; null before, and where nothing was recorded. */
export function endedTimeline(release: Release, clusters: readonly string[]): Timeline | null {
  const kinds = clusters.map((cluster) => release.arrival?.clusters[cluster]?.kind);
  return kinds.every((kind) => kind === 'healthy' || kind === 'failed') ? timelineOf(release, clusters) : null;
}

function timelineWords(release: Release, { clusters }: View): ArrivalSection['timeline'] {
  const timeline = endedTimeline(release, clusters);
  if (timeline === null) return { shown: [], said: [] };
  const { at } = release.request;
  return {
    shown: timelineLines(timeline, when(at)),
    said: timelineLines(timeline, `${at.slice(11, 16)} UTC`),
  };
}

function sectionOf(release: Release, commit: string, view: View): Section {
  const verdicts = view.clusters.map((cluster) => [cluster, release.arrival?.clusters[cluster]] as const);
  const worst =
    release.arrival === undefined || verdicts.some(([, verdict]) => verdict === undefined)
      ? null
      : overall(release.arrival);
  const title = `${serviceOf(release)} ${versionOf(release)}`;
  const environment = foreign(release.request.environment, 80);
  const failed = verdicts.filter(([, verdict]) => verdict?.kind === 'failed');
  if (failed.length > 0) return failure(release, title, failed, verdicts, view);
  switch (worst?.kind) {
    case 'healthy':
      return {
        ...told(
          release,
          `*${title} is running in ${environment}*: ${verdicts.map(([cluster, verdict]) => running(cluster, verdict)).join(', ')}.`,
          `${took(release)}.`,
        ),
        lines: [],
        buttons: [],
      };
    case 'superseded':
      return {
        ...told(release, `*${title}* was superseded by ${foreign(worst.by, 130)} in ${environment}.`),
        lines: [],
        buttons: [],
      };
    case 'gone':
      return {
        ...told(release, `*${title}* is gone from ${environment}: ${foreign(worst.because, 500)}.`),
        lines: [],
        buttons: [],
      };
    case 'unverified': {
      const open = verdicts
        .filter(([, verdict]) => verdict?.kind === 'unverified')
        .map(([cluster]) => foreign(cluster, 80));
      const now = worst.running === undefined ? '' : ` Running: ${foreign(worst.running, 130)}.`;
      return {
        ...told(
          release,
          `*${title}* is written (${commit.slice(0, 7)}) but not proven on ${open.join(', ')}: ${foreign(worst.because, 500)}.${now} Sluice keeps looking; nothing for you to do.`,
        ),
        // With one cluster the sentence has said it all.
        lines: verdicts.length === 1 ? [] : verdicts.map(([cluster, verdict]) => progress(release, cluster, verdict)),
        buttons: backButton(release, view, 'Abort'),
      };
    }
    default:
      return {
        ...told(
          release,
          `*${title}* is written (${commit.slice(0, 7)}) and on its way to ${environment}.${behind(verdicts)}`,
        ),
        lines: verdicts.map(([cluster, verdict]) => progress(release, cluster, verdict)),
        buttons: backButton(release, view, 'Abort'),
      };
  }
}

/** What became of it, with and without who asked and approved; `then` comes last. */
function told(release: Release, what: string, then = ''): Pick<ArrivalSection, 'sentence' | 'news'> {
  return { sentence: `${what} ${credits(release)} ${then}`.trim(), news: `${what} ${then}`.trim() };
}

type ByCluster = readonly (readonly [string, Verdict | undefined])[];

function failure(release: Release, title: string, failed: ByCluster, all: ByCluster, view: View): Section {
  const where = failed.map(([cluster]) => foreign(cluster, 80)).join(', ');
  const because = [...new Set(failed.map(([, verdict]) => failureWords(verdict)))].slice(0, 3).join('; ');
  const lines = all.length === 1 ? [] : all.map(([cluster, verdict]) => progress(release, cluster, verdict));
  const words = told(
    release,
    `*${title} failed on ${where}*${late(release, failed)}: ${because}.${stillServes(failed)}${elsewhere(all)}`,
  );
  return { ...words, lines, buttons: backButton(release, view, 'Roll back') };
}

/** ` 2 h after it was healthy there`: of what had arrived everywhere that it failed. */
function late({ arrival }: Release, failed: ByCluster): string {
  const spans = failed.map(([cluster, verdict]) => {
    const healthy = arrival?.steps?.[cluster]?.healthy?.at;
    return healthy === undefined || verdict === undefined ? -1 : epochMsOf(verdict.since) - epochMsOf(healthy);
  });
  const shortest = Math.min(...spans);
  return shortest < 0 ? '' : ` ${spokenDuration(shortest)} after it was healthy there`;
}

/** `Roll back`, or `Abort` for what is still on its way; a rollback on its way is left alone. */
function backButton(release: Release, { lastGood }: View, deed: 'Roll back' | 'Abort') {
  if (lastGood === undefined || (deed === 'Abort' && release.request.intent === 'rollback')) return [];
  return [
    button({
      text: deed === 'Abort' ? `Abort: back to ${lastGood}` : `Roll back to ${lastGood}`,
      action: 'release.rollback',
      value: release.id,
      // What goes well is no alarm: only a failure has the red button.
      ...(deed === 'Abort' ? {} : { style: 'danger' as const }),
      confirm: {
        title: `${deed} ${release.request.service}?`,
        text: `${release.request.environment} goes back to ${lastGood}, and a lock is left behind.`,
        confirm: deed,
      },
    }),
  ];
}

/** ` prod-us is behind.`: of several clusters those that are not as far as the others. */
function behind(all: ByCluster): string {
  const reached = all.map(([cluster, verdict]) => ({ cluster, stage: distance(verdict) }));
  const first = Math.min(...reached.map(({ stage }) => stage));
  const last = reached.filter(({ stage }) => stage === first).map(({ cluster }) => foreign(cluster, 80));
  if (last.length === reached.length) return '';
  return ` ${last.slice(0, 3).join(', ')}${last.length > 3 ? ` and ${last.length - 3} more` : ''} ${last.length === 1 ? 'is' : 'are'} behind.`;
}

function distance(verdict: Verdict | undefined): number {
  if (verdict === undefined) return -1;
  return 'stage' in verdict ? stageSchema.options.indexOf(verdict.stage) : stageSchema.options.length;
}

/** The machine's word and its sentence, and how many pods are there. */
function failureWords(verdict: Verdict | undefined): string {
  if (verdict?.kind !== 'failed') return '';
  const because = foreign(verdict.because.replace(/\.$/, ''), 500);
  const reason = verdict.because.includes(verdict.reason) ? because : `${foreign(verdict.reason, 80)}, ${because}`;
  const { pods } = verdict;
  return pods === undefined || verdict.because.includes('pods')
    ? reason
    : `${reason}, ${pods.ready} of ${pods.wanted} pods ready`;
}

/** What people are served where it failed: ` 1.4.1 still serves there.` */
function stillServes(failed: ByCluster): string {
  const versions = failed.flatMap(([, verdict]) =>
    verdict?.kind === 'failed' && verdict.running !== undefined ? [verdict.running] : [],
  );
  const [only, ...others] = new Set(versions);
  if (only === undefined || versions.length < failed.length) return '';
  return others.length === 0 ? ` ${foreign(only, 130)} still serves there.` : '';
}

/** ` prod-eu runs 1.4.2.` for the clusters that it did reach. */
function elsewhere(all: ByCluster): string {
  const words = all.flatMap(([cluster, verdict]) =>
    verdict?.kind === 'healthy' && verdict.running !== undefined
      ? [`${foreign(cluster, 80)} runs ${foreign(verdict.running, 130)}`]
      : [],
  );
  return words.length === 0 ? '' : ` ${words.join(', ')}.`;
}

function running(cluster: string, verdict: Verdict | undefined): string {
  if (verdict?.kind !== 'healthy') return foreign(cluster, 80);
  const pods = verdict.pods === undefined ? '' : ` ${verdict.pods.ready}/${verdict.pods.wanted} pods`;
  return `${foreign(cluster, 80)}${pods}${verdict.note === undefined ? '' : ` (${foreign(verdict.note, 200)})`}`;
}

/** From the request to the last cluster that became healthy. */
function took(release: Release): string {
  const since = Object.entries(release.arrival?.clusters ?? {}).map(([cluster, verdict]) =>
    epochMsOf(release.arrival?.steps?.[cluster]?.healthy?.at ?? verdict.since),
  );
  return spokenDuration(Math.max(...since) - epochMsOf(release.request.at));
}
