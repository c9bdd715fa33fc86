import { createHash } from 'node:crypto';
import { instantOf } from '../../doors/time.ts';
import { type Artifact, artifactSchema } from '../../vocabulary/artifact.ts';

type Commit = readonly [title: string, author: string];

export interface Build {
  readonly version: string;
  readonly daysAgo: number;
  readonly branch?: string;
  /** What CI and the scanner say of it; default: both have passed. */
  readonly scan?: 'passed' | 'failed' | 'none';
  /** Newest first. */
  readonly commits: readonly Commit[];
  /** Paths that it changes and that people should know of. */
  readonly touches?: readonly string[];
}

const ana = 'Ana Andersen';
const bo = 'Bo Berg';
const cy = 'Cy Chen';

/** What CI has built at Acme, oldest first. */
export const builds: Readonly<Record<string, readonly Build[]>> = {
  web: [
    { version: '1.3.9', daysAgo: 23, commits: [['Show prices with tax', ana]] },
    {
      version: '1.4.0',
      daysAgo: 16,
      commits: [
        ['Add the new checkout behind a flag', ana],
        ['Measure the time to first byte', bo],
      ],
    },
    {
      version: '1.4.1',
      daysAgo: 6,
      commits: [
        ['Turn the new checkout on', ana],
        ['Remember the delivery address', ana],
        ['Update dependencies', cy],
      ],
    },
    { version: '1.4.1-login.1', daysAgo: 4, branch: 'hotfix/login', commits: [['Keep sessions over a restart', bo]] },
    {
      version: '1.5.0-dark.3',
      daysAgo: 2,
      branch: 'feature/dark-mode',
      scan: 'none',
      commits: [
        ['Dark mode for the basket', ana],
        ['Dark mode for the start page', ana],
      ],
    },
    {
      version: '1.4.2',
      daysAgo: 0.1,
      commits: [
        ['Fix the checkout for two addresses', ana],
        ['Say why a card was refused', ana],
        ['Fewer requests on the start page', bo],
      ],
    },
  ],
  api: [
    { version: '2.6.4', daysAgo: 41, commits: [['Log the request id', bo]] },
    { version: '2.6.5', daysAgo: 33, commits: [['Limit the size of a page', cy]] },
    { version: '2.7.0', daysAgo: 24, commits: [['Paginate orders', cy]] },
    { version: '2.7.1', daysAgo: 12, commits: [['Close idle connections', bo]] },
    {
      version: '2.8.0',
      daysAgo: 1,
      commits: [
        ['Return the reason of a refusal', cy],
        ['Index orders by customer', cy],
      ],
    },
  ],
  search: [
    { version: '3.0.2', daysAgo: 44, commits: [['Search by article number', ana]] },
    { version: '3.0.3', daysAgo: 30, commits: [['Warm the cache at the start', bo]] },
    { version: '3.0.4', daysAgo: 25, commits: [['Rank by stock', bo]] },
    {
      version: '3.1.0',
      daysAgo: 8,
      commits: [
        ['Understand typing mistakes', bo],
        ['Reindex at night', cy],
      ],
    },
    { version: '3.1.1', daysAgo: 0.5, scan: 'none', commits: [['Do not index drafts', bo]] },
  ],
  checkout: [
    { version: '0.9.1', daysAgo: 46, commits: [['Keep the basket for a week', ana]] },
    { version: '0.9.2', daysAgo: 31, commits: [['Ask for the country first', ana]] },
    { version: '0.9.3', daysAgo: 26, commits: [['Support gift cards', ana]] },
    { version: '0.9.4', daysAgo: 3, scan: 'failed', commits: [['Round per line, not per order', ana]] },
    {
      version: '0.10.0-split.1',
      daysAgo: 1.5,
      branch: 'feature/split-payment',
      commits: [['Pay with two cards', ana]],
    },
  ],
  payments: [
    { version: '5.1.3', daysAgo: 48, commits: [['Show the payment reference', cy]] },
    { version: '5.1.4', daysAgo: 29, commits: [['Time out after 20 seconds', cy]] },
    { version: '5.2.0', daysAgo: 23, commits: [['Second provider as a fallback', cy]] },
    { version: '5.2.1', daysAgo: 5, commits: [['Retry after a timeout once', bo]] },
    {
      version: '5.2.2',
      daysAgo: 0.8,
      commits: [
        ['Refuse expired cards at once', ana],
        ['Keep the reason of a refusal', ana],
      ],
      touches: ['db/migrations/0031-refusals.sql'],
    },
  ],
  mail: [
    { version: '1.11.8', daysAgo: 45, commits: [['New logo', ana]] },
    { version: '1.11.9', daysAgo: 27, commits: [['Unsubscribe with one click', bo]] },
    { version: '1.12.0', daysAgo: 22, commits: [['Send receipts as plain text too', bo]] },
    { version: '1.12.1', daysAgo: 2.2, commits: [['Escape names in subjects', bo]] },
    { version: '1.12.2', daysAgo: 0.3, commits: [['Fewer pictures in receipts', bo]] },
  ],
};

export function imageOf(service: string): string {
  return `registry.acme.test/${service}`;
}

function hex(text: string, length: number): string {
  return createHash('sha256').update(text).digest('hex').slice(0, length);
}

/** As the simulated clusters name what they pulled. */
export function digestOf(service: string, version: string): string {
  return `sha256:${hex(`${imageOf(service)}:${version}`, 64)}`;
}

/** Every artifact with its digest and commits, as CI would have posted it. */
export function artifacts(nowMs: number): Artifact[] {
  return Object.entries(builds).flatMap(([service, all]) => all.map((build) => artifactOf(service, build, nowMs)));
}

/** What a build makes: digest and commits follow from service and version. */
export function artifactOf(service: string, build: Build, nowMs: number): Artifact {
  const { version, daysAgo, branch = 'main', commits, touches } = build;
  return artifactSchema.parse({
    service,
    version,
    image: imageOf(service),
    digest: digestOf(service, version),
    branch,
    commit: hex(`${service} ${version} 0`, 40),
    author: commits[0]?.[1] ?? ana,
    commits: commits.map(([title, author], index) => ({
      sha: hex(`${service} ${version} ${index}`, 40),
      title,
      author,
    })),
    ...(touches === undefined ? {} : { touches: [...touches] }),
    builtAt: instantOf(nowMs - daysAgo * 86_400_000),
    ...checksOf(build, instantOf(nowMs - daysAgo * 86_400_000)),
  });
}

function checksOf({ scan = 'passed' }: Build, at: string): Pick<Artifact, 'checks' | 'vulnerabilities'> {
  const ci = { name: 'ci', state: 'passed', at } as const;
  if (scan === 'none') return { checks: [ci] };
  const found = { critical: scan === 'failed' ? 1 : 0, high: scan === 'failed' ? 3 : 1, medium: 4, low: 11 };
  return { checks: [ci, { name: 'scan', state: scan, at }], vulnerabilities: { ...found, at } };
}
