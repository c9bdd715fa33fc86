import { createHash } from 'node:crypto';
import { canonical } from '../doors/canonical.ts';
import { messageOf } from '../doors/errors.ts';
import { epochMsOf, type Instant, instantOf, parseDurationMs } from '../doors/time.ts';
import type { ReadFile, SluiceFile, Snapshot } from '../sluice-yaml.ts';
import type { Person, UserId } from '../vocabulary/person.ts';
import { type PolicyChange, type PolicyEdit, scopeOfLine } from '../vocabulary/policy-change.ts';
import type { Decision, Reason } from '../vocabulary/reasons.ts';
import type { Vote } from '../vocabulary/release.ts';
import { holdsForEnvironment, holdsForService, type Limits } from '../vocabulary/scope.ts';
import { lastVotes } from '../vocabulary/votes.ts';
import { assign } from './assign.ts';
import { type DirectoryPorts, readDirectory } from './directory.ts';
import { samePerson } from './identity.ts';
import type { Approvals } from './lines/approvals.ts';
import { either } from './question.ts';
import { isAmong, namesWithRole } from './roles.ts';

export interface ChangeQuestion {
  readonly edit: PolicyEdit;
  readonly by: Person;
  readonly at: Instant;
  readonly votes: readonly Vote[];
  readonly policy: ReadFile;
  readonly members: ReadonlyMap<string, readonly UserId[]>;
}

export type ChangeDecision = Pick<Decision, 'kind' | 'reasons' | 'expiresAt'> & { readonly bound: string };

/**
 * May `sluice.yaml` be changed so? Where it names policy-owners one of them has to ask, as nobody else's change would
 * count; else an operator of everything that the line is about. And whoever guards a place guards its rules: every
 * blocking approvals policy that holds where the line does has to be met, or one person could take the approvals of
 * production out and then release alone. The file itself says so, so no second set of rules is to be kept.
 */
export function decideChange(question: ChangeQuestion): ChangeDecision {
  const { edit, by, at, policy, members } = question;
  const mayAsk = askersOf(policy.file, scopeOfLine(edit.line));
  const reasons: Reason[] = [];
  if (!isAmong(by.user, mayAsk, members))
    reasons.push({
      code: 'not-authorized',
      effect: 'deny',
      text: `@${by.name} may not change this policy`,
      next: mayAsk.length === 0 ? 'nobody is an operator of all that it is about' : `ask ${either(mayAsk)}`,
    });
  const missing = demandsOn(question).filter(({ count, gets }) => gets.length < count);
  for (const { line, index, from, may, gets } of missing)
    reasons.push({
      code: 'approvals-missing',
      effect: 'hold',
      text: `needs ${line.count} ${line.count === 1 ? 'approval' : 'approvals'} from ${either(from.length === 0 ? ['an approver'] : from)}, as a release there does`,
      source: `sluice.yaml:${policy.lineOf(['policies', index])}@${policy.commit.slice(0, 7)}`,
      demand: { from: [...from], count: line.count, have: gets.map(({ user }) => user), may: [...may] },
    });
  const ends = missing.flatMap(({ line: { within } }) => {
    const withinMs = within === undefined ? null : parseDurationMs(within);
    return withinMs === null ? [] : [epochMsOf(at) + withinMs];
  });
  const kind = reasons.some(({ effect }) => effect === 'deny') ? 'denied' : reasons.length > 0 ? 'held' : 'allowed';
  return {
    kind,
    reasons,
    bound: boundOfChange(edit, policy.file),
    ...(ends.length === 0 ? {} : { expiresAt: instantOf(Math.min(...ends)) }),
  };
}

/** Who guards what the line is about, and whose votes count: each person for one guard, by whatever accounts. */
function demandsOn({ edit, by, votes, policy: { file }, members }: ChangeQuestion) {
  const isOwn = (account: Pick<Person, 'user' | 'email'>) => samePerson(account, by, file.people);
  const bound = boundOfChange(edit, file);
  const voters: Person[] = [];
  for (const { person, vote, bound: meant } of lastVotes(votes)) {
    const isKnown = voters.some((other) => samePerson(other, person, file.people));
    if (vote === 'approve' && meant === bound && !isOwn(person) && !isKnown) voters.push(person);
  }
  const guards = guardsOf(file, scopeOfLine(edit.line)).map(({ line, index }) => {
    const from = votersOf(file, line);
    const may = [...new Set(from.flatMap((name) => members.get(name) ?? []))].filter((user) => !isOwn({ user }));
    return { line, index, from, may, count: line.count, takes: voters.filter(({ user }) => may.includes(user)) };
  });
  return assign(guards);
}

/** What a vote on a change is for: the change, and the policies that ask for votes. */
function boundOfChange(edit: PolicyEdit, file: SluiceFile): string {
  const guards = guardsOf(file, scopeOfLine(edit.line)).map(({ line }) => line);
  return createHash('sha256').update(canonical({ edit, guards })).digest('hex');
}

/** Names of those who may ask for a change of a line. */
export function askersOf(file: SluiceFile, line: Limits): readonly string[] {
  const owners = file['policy-owners'];
  if (owners !== undefined) return owners;
  const environments = placesOf(file, line);
  const services = servicesOf(line);
  const everywhere = environments.flatMap((environment) =>
    services.map((service) => namesWithRole(file, 'operator', { service, environment })),
  );
  return (everywhere[0] ?? []).filter((name) => everywhere.every((names) => names.includes(name)));
}

/** The environments that a line is about. */
function placesOf(file: SluiceFile, { environments }: Limits): readonly string[] {
  return Object.keys(file.environments).filter((name) => holdsForEnvironment({ environments }, name));
}

/** The services that a line is about; undefined, which only an unlimited right covers, where it does not name them one by one. */
function servicesOf({ services, squads }: Limits): readonly (string | undefined)[] {
  return services === undefined || squads !== undefined || services.some((name) => /[*?]/.test(name))
    ? [undefined]
    : services;
}

/** The approvals policies that hold somewhere where the line does. */
function guardsOf(file: SluiceFile, wanted: Limits): readonly { readonly line: Approvals; readonly index: number }[] {
  return file.policies.flatMap((line, index) => {
    if (line.kind !== 'approvals' || line.level === 'warn') return [];
    const meets =
      Object.keys(file.environments).some(
        (name) => holdsForEnvironment(line, name) && holdsForEnvironment(wanted, name),
      ) && mayShareService(file, line, wanted);
    return meets ? [{ line, index }] : [];
  });
}

/** With `discover` there are services that the file does not name, so only two lists of plain names can be told apart. */
function mayShareService(file: SluiceFile, one: Limits, other: Limits): boolean {
  const named = [...Object.keys(file.services.named), ...(one.services ?? []), ...(other.services ?? [])];
  const isPlain = ({ services, squads }: Limits) =>
    services !== undefined && squads === undefined && services.every((name) => !/[*?]/.test(name));
  const shares = named.some((name) => holdsForService(one, name, file) && holdsForService(other, name, file));
  return shares || (file.services.discover !== undefined && !isPlain(one) && !isPlain(other));
}

function votersOf(file: SluiceFile, line: Approvals): readonly string[] {
  if (line.from !== undefined) return line.from;
  const names = placesOf(file, line).flatMap((environment) =>
    servicesOf(line).flatMap((service) => namesWithRole(file, 'approver', { service, environment })),
  );
  return [...new Set(names)];
}

export interface ChangePorts extends DirectoryPorts {
  readonly snapshot: (fresh: boolean) => Promise<Snapshot>;
}

export type JudgedChange =
  | { readonly kind: 'judged'; readonly decision: ChangeDecision; readonly policy: ReadFile }
  /** Nothing is decided by a file that does not count, or without knowing who is who. */
  | { readonly kind: 'unknown'; readonly because: string };

/** Decides on what is read now; `fresh` right before the push. */
export async function judgeChange(
  ports: ChangePorts,
  change: Pick<PolicyChange, 'edit' | 'by' | 'at' | 'votes'>,
  fresh: boolean,
): Promise<JudgedChange> {
  const snapshot = await ports
    .snapshot(fresh)
    .catch((error): Snapshot => ({ kind: 'unreadable', because: messageOf(error) }));
  if (snapshot.kind !== 'valid') return { kind: 'unknown', because: whyNot(snapshot) };
  const { file } = snapshot;
  const about = scopeOfLine(change.edit.line);
  const voters = guardsOf(file, about).flatMap(({ line }) => votersOf(file, line));
  const actors = [change.by, ...change.votes.map(({ person }) => person)].map(({ user }) => user);
  const directory = await readDirectory([...askersOf(file, about), ...voters], file, ports, actors);
  if (directory.kind === 'unreadable')
    return { kind: 'unknown', because: `nobody can tell who is in ${directory.name} now: ${directory.because}` };
  const decision = decideChange({ ...change, policy: snapshot, members: directory.members });
  return { kind: 'judged', decision, policy: snapshot };
}

function whyNot(snapshot: Exclude<Snapshot, ReadFile>): string {
  switch (snapshot.kind) {
    case 'unsigned':
      return snapshot.because;
    case 'unreadable':
      return `sluice.yaml cannot be read: ${snapshot.because}`;
    case 'invalid':
      return `sluice.yaml line ${snapshot.problems[0]?.line}: ${snapshot.problems[0]?.message}`;
  }
}
