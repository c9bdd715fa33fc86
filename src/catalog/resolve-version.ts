import { nearest } from '../doors/nearest.ts';
import type { Placed } from '../vocabulary/change.ts';
import { type HealthyRecord, proofOf } from '../vocabulary/proven.ts';
import type { Reason, ReasonCode } from '../vocabulary/reasons.ts';
import type { Intent, Request } from '../vocabulary/release.ts';
import type { ArtifactRow } from './artifacts.ts';

/** What is known of one environment for the service that is asked for. */
export interface Standing {
  readonly environment: string;
  readonly clusters: readonly string[];
  /** What Git holds there; null where nothing is written. */
  readonly present: Placed | null;
  /** Newest first. */
  readonly healthy: readonly HealthyRecord[];
  /** Versions that a rollback left. */
  readonly rolledBackFrom: readonly string[];
}

export interface VersionQuestion {
  readonly request: Pick<Request, 'intent' | 'service' | 'environment' | 'wanted'>;
  /** All artifacts of the service, newest first. */
  readonly rows: readonly ArtifactRow[];
  readonly here: Standing;
  /** The environments that the version is taken from where none is named: `from ENV`, or what comes before. */
  readonly sources: readonly Standing[];
  /** The names of all environments. */
  readonly environments?: readonly string[];
}

export type Resolved =
  | { readonly kind: 'resolved'; readonly version: string; readonly intent: Intent; readonly chosen?: string }
  | { readonly kind: 'refused'; readonly reason: Reason };

/** Which version is meant: a version exactly, else a branch, else a commit; without one, what design says is next. */
export function resolveVersion(question: VersionQuestion): Resolved {
  const { request } = question;
  switch (request.wanted.kind) {
    case 'named':
      return namedVersion(question, request.wanted.name);
    case 'from':
      return provenIn(question);
    case 'default':
      if (request.intent === 'rollback') return lastGood(question);
      return question.sources.length > 0 ? provenIn(question) : newestOfMain(question);
  }
}

function namedVersion({ request, rows, environments = [] }: VersionQuestion, name: string): Resolved {
  const { intent, service, environment } = request;
  if (rows.some(({ version }) => version === name)) return { kind: 'resolved', version: name, intent };
  const ofBranch = rows.find(({ branch }) => branch === name);
  if (ofBranch !== undefined)
    return { kind: 'resolved', version: ofBranch.version, intent, chosen: `newest of ${name}` };
  const ofCommit = /^[0-9a-f]{7,40}$/.test(name) ? rows.filter(({ commit }) => commit.startsWith(name)) : [];
  const [only, ...others] = ofCommit;
  if (only !== undefined && others.length === 0)
    return { kind: 'resolved', version: only.version, intent, chosen: `built from ${name.slice(0, 12)}` };
  if (only !== undefined) {
    const versions = ofCommit.map(({ version }) => version);
    return refused(
      'ambiguous-version',
      `${name} may be ${service} ${listed(versions)}`,
      command(intent, service, environment, only.version),
    );
  }
  if (environments.includes(name))
    return refused(
      'unknown-version',
      `"${name}" is an environment, and no version, branch or commit of ${service}`,
      betweenEnvironments(request, name, environments),
    );
  return unknownVersion({ request, rows }, name);
}

/** `web dev to production` is the way that versions go, `web production dev` says whence; one that is named twice was meant once. */
function betweenEnvironments(
  { intent, service, environment }: VersionQuestion['request'],
  named: string,
  inOrder: readonly string[],
): string {
  if (named === environment) return command(intent, service, environment, undefined);
  return inOrder.indexOf(named) > inOrder.indexOf(environment)
    ? command(intent, service, named, `from ${environment}`)
    : command(intent, service, environment, `from ${named}`);
}

function unknownVersion({ request, rows }: Pick<VersionQuestion, 'request' | 'rows'>, name: string): Resolved {
  const { intent, service, environment } = request;
  const shown = name.length > 60 ? `${name.slice(0, 59)}…` : name;
  if (rows.length === 0)
    return refused('unknown-version', `no artifact of ${service} is known yet`, 'let its build post one to /artifacts');
  const names = [...new Set(rows.flatMap(({ version, branch }) => [version, branch]))];
  const near = nearest(name, names);
  const said = near.length === 0 ? '' : `; did you mean ${listed(near, ' or ')}?`;
  return refused(
    'unknown-version',
    `${service} has no version, branch or commit "${shown}"${said}`,
    command(intent, service, environment, near[0] ?? rows[0]?.version),
  );
}

/** What is healthy in the environments before, best the one that Git holds there now. */
function provenIn({ request, sources, rows }: VersionQuestion): Resolved {
  const { service, intent } = request;
  const names = sources.map(({ environment }) => environment).join(' and ');
  const [first, ...others] = sources.map(provenVersions);
  const version = first?.find((each) => others.every((versions) => versions.includes(each)));
  if (version === undefined)
    return refused(
      'nothing-to-release',
      `no version of ${service} was healthy in ${names} yet`,
      command('release', service, sources[0]?.environment ?? request.environment, rows[0]?.version),
    );
  const unproven = sources.find(({ present }) => present !== null && present.version !== version)?.present;
  const aside = unproven ? `; ${unproven.version} is not proven there` : '';
  return {
    kind: 'resolved',
    version,
    intent: intent === 'rollback' ? 'rollback' : 'promote',
    chosen: `healthy in ${names}${aside}`,
  };
}

function provenVersions({ present, healthy, clusters, rolledBackFrom }: Standing): readonly string[] {
  const proven = healthy.filter((record) => proofOf(record, clusters, healthy).kind === 'everywhere');
  const current =
    present !== null && proofOf(present, clusters, healthy).kind === 'everywhere' ? [present.version] : [];
  const others = proven.map(({ version }) => version).filter((version) => !rolledBackFrom.includes(version));
  return [...new Set([...current, ...others])];
}

/** The newest build of the main branch, whatever that is called; `rows` have the newest first. */
export function newestOnMain(rows: readonly ArtifactRow[]): ArtifactRow | undefined {
  return rows.find(({ branch }) => branch === 'main') ?? rows.find(({ branch }) => branch === 'master');
}

function newestOfMain({ request, rows }: VersionQuestion): Resolved {
  const { service, environment, intent } = request;
  const newest = newestOnMain(rows);
  if (newest !== undefined)
    return { kind: 'resolved', version: newest.version, intent, chosen: `newest of ${newest.branch}` };
  return refused(
    'nothing-to-release',
    rows.length === 0 ? `no artifact of ${service} is known yet` : `no artifact of ${service} was built from main`,
    rows.length === 0
      ? 'let its build post one to /artifacts'
      : command('release', service, environment, rows[0]?.version),
  );
}

/** The last version that was healthy on every cluster here, not the present one and never rolled back from. */
function lastGood({ request, here, rows }: VersionQuestion): Resolved {
  const known = new Set(rows.map(({ version }) => version));
  const version = provenVersions(here).find(
    (each) => each !== here.present?.version && !here.rolledBackFrom.includes(each) && known.has(each),
  );
  if (version !== undefined)
    return {
      kind: 'resolved',
      version,
      intent: 'rollback',
      chosen: `the last other version that was healthy in ${request.environment}`,
    };
  return refused(
    'nothing-to-roll-back-to',
    `no other version of ${request.service} was healthy on every cluster of ${request.environment}`,
    `\`/release artifacts ${request.service}\` lists what could be released instead`,
  );
}

function refused(code: ReasonCode, text: string, next: string): Resolved {
  return { kind: 'refused', reason: { code, effect: 'deny', text, next } };
}

function command(intent: 'release' | 'rollback', service: string, environment: string, version = ''): string {
  return `\`/${intent} ${`${service} ${environment} ${version}`.trim()}\``;
}

function listed(names: readonly string[], between = ' or '): string {
  return names.slice(0, 5).join(between);
}
