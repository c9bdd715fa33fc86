import { type Clock, instantOf } from '../doors/time.ts';
import type { ReadFile } from '../sluice-yaml.ts';
import type { CommitSha, Lane } from '../vocabulary/change.ts';
import type { Person } from '../vocabulary/person.ts';
import {
  isOpenChange,
  type PolicyChange,
  type PolicyDraft,
  type PolicyEdit,
  policyDraftSchema,
  type ReadLine,
  scopeOfLine,
} from '../vocabulary/policy-change.ts';
import type { Reason } from '../vocabulary/reasons.ts';
import type { Vote } from '../vocabulary/release.ts';
import { holdsForEnvironment } from '../vocabulary/scope.ts';
import { withVote } from '../vocabulary/votes.ts';
import { type Entry, laneWork } from './ports.ts';

type Because<K extends string> = { readonly kind: K; readonly because: string };
type Step =
  | { readonly kind: 'add'; readonly item: Readonly<Record<string, unknown>> }
  | { readonly kind: 'remove'; readonly id: string };
type Problem = { readonly setting: string; readonly message: string };
type Moved = { readonly kind: 'done' | 'moved'; readonly record: PolicyChange };

export interface PolicyDeskPorts {
  readonly clock: Clock;
  readonly newId: (nowMs: number) => string;
  readonly policy: { readonly repository: string; readonly file: string; readonly lane: Lane };
  readonly read: (repository: string, commit: CommitSha, path: string) => Promise<{ readonly text: string } | null>;
  readonly fetch: (
    lane: Lane,
  ) => Promise<{ readonly kind: 'fetched'; readonly head: CommitSha } | Because<'unreachable'>>;
  /** Without it nothing that Sluice writes counts where the file names owners. */
  readonly signs: boolean;
  readonly editPolicies: (
    text: string,
    step: Step,
  ) =>
    | { readonly kind: 'edited'; readonly diff: readonly string[]; readonly line: ReadLine }
    | Because<'unchanged'>
    | (Because<'refused'> & { readonly problems: readonly Problem[] });
  readonly judgeChange: (change: Pick<PolicyChange, 'edit' | 'by' | 'at' | 'votes'>) => Promise<
    | {
        readonly kind: 'judged';
        readonly decision: { readonly kind: 'allowed' | 'held' | 'denied'; readonly reasons: readonly Reason[] };
        readonly policy: ReadFile;
      }
    | Because<'unknown'>
  >;
  readonly membersOf: (handle: string) => Promise<readonly unknown[]>;
  readonly keepDraft: (draft: PolicyDraft) => Promise<void>;
  readonly draft: (id: string) => Promise<PolicyDraft | null>;
  readonly policyChange: (id: string) => Promise<PolicyChange | null>;
  readonly proposeChange: (draft: PolicyDraft, entry: Entry) => Promise<Moved>;
  readonly moveChange: (
    before: PolicyChange,
    change: Partial<Pick<PolicyChange, 'state' | 'votes'>>,
    entry: Entry,
  ) => Promise<Moved>;
  readonly nudge: (work: string) => void;
}

export type Preview =
  | {
      readonly kind: 'preview';
      readonly draft: PolicyDraft;
      readonly reasons: readonly Reason[];
      /** What is valid and yet probably not meant. */
      readonly notes: readonly string[];
    }
  | {
      readonly kind: 'refused';
      readonly because: string;
      readonly problems: readonly Problem[];
      readonly next?: string;
    };

export type Acted = { readonly kind: 'done'; readonly change: PolicyChange } | Because<'refused'>;

/** What people do with changes of the policies: look at one, have it committed, vote, withdraw. Nothing here writes to Git. */
export function createPolicyDesk(ports: PolicyDeskPorts) {
  const refused = (because: string, next?: string): Preview => ({
    kind: 'refused',
    because,
    problems: [],
    ...(next === undefined ? {} : { next }),
  });
  /** Rights and votes as they are judged now. */
  const judged = (edit: PolicyEdit, by: Person) =>
    ports.judgeChange({ edit, by, at: instantOf(ports.clock.now()), votes: [] });

  /** Repeats a change of an open record until nobody comes between. */
  const act = async (
    id: string,
    next: (
      change: PolicyChange,
    ) => Promise<{ readonly more: Parameters<PolicyDeskPorts['moveChange']>[1]; readonly entry: Entry } | string>,
  ): Promise<Acted> => {
    let change = await ports.policyChange(id);
    for (let round = 0; round < 5; round += 1) {
      if (change === null) return { kind: 'refused', because: 'that change is no longer on record' };
      if (change.state.kind === 'writing') return { kind: 'refused', because: 'too late: it is being written' };
      if (!isOpenChange(change)) return { kind: 'refused', because: `too late: it is ${change.state.kind}` };
      const step = await next(change);
      if (typeof step === 'string') return { kind: 'refused', because: step };
      const moved = await ports.moveChange(change, step.more, step.entry);
      if (moved.kind === 'done') {
        ports.nudge(laneWork(moved.record.lane));
        return { kind: 'done', change: moved.record };
      }
      change = moved.record;
    }
    return { kind: 'refused', because: 'it changes faster than votes can be counted; click again' };
  };

  return {
    /** What the file would look like, and what it takes. The draft is kept for an hour. */
    preview: async (by: Person, step: Step, because?: string): Promise<Preview> => {
      const { lane, repository, file } = ports.policy;
      const fetched = await ports.fetch(lane);
      if (fetched.kind === 'unreachable') return refused(`${file} cannot be read now: ${fetched.because}`);
      const found = await ports.read(repository, fetched.head, file);
      if (found === null) return refused(`there is no ${file} in ${repository}`);
      const edited = ports.editPolicies(found.text, step);
      if (edited.kind === 'unchanged') return refused(edited.because, '/release policies');
      if (edited.kind === 'refused') return edited;
      const { line, diff } = edited;
      const edit: PolicyEdit = step.kind === 'add' ? { kind: 'add', item: { ...step.item }, line } : { ...step, line };
      const answer = await judged(edit, by);
      if (answer.kind === 'unknown') return refused(answer.because);
      const denial = answer.decision.reasons.find(({ effect }) => effect === 'deny');
      if (denial !== undefined) return refused(denial.text, denial.next);
      if (answer.policy.file['policy-owners'] !== undefined && !ports.signs)
        return refused(
          'Sluice writes here without a signature, so its change would not count; the owners sign it themselves',
        );
      const now = ports.clock.now();
      const draft = policyDraftSchema.parse({
        id: ports.newId(now),
        edit,
        by,
        at: instantOf(now),
        ...(because === undefined ? {} : { because: because.slice(0, 300) }),
        diff,
        channel: channelOf(answer.policy, line),
        lane,
        head: fetched.head,
      });
      await ports.keepDraft(draft);
      const notes = step.kind === 'add' ? await emptyGroups(ports, line) : [];
      return { kind: 'preview', draft, reasons: answer.decision.reasons, notes };
    },

    /** From here on it is public. Only who was shown it may have it committed; it is judged again before it is written. */
    commit: async (id: string, by: Person): Promise<Acted> => {
      const draft = await ports.draft(id);
      if (draft === null) return { kind: 'refused', because: 'that preview is too old; type the command again' };
      if (draft.by.user !== by.user)
        return { kind: 'refused', because: 'only who asked for that preview may commit it' };
      const { record } = await ports.proposeChange(draft, { event: 'policy-change.asked', by });
      ports.nudge(laneWork(record.lane));
      return { kind: 'done', change: record };
    },

    vote: (id: string, person: Person, vote: 'approve' | 'reject', because?: string): Promise<Acted> =>
      act(id, async (change) => {
        const answer = await ports.judgeChange(change);
        if (answer.kind === 'unknown') return answer.because;
        const { bound } = change;
        const demands = answer.decision.reasons.flatMap(({ demand }) => demand ?? []);
        if (change.by.user === person.user) return 'you asked for it yourself; somebody else has to approve it';
        if (bound === undefined || demands.length === 0) return 'no votes are asked for';
        if (!demands.some(({ may }) => may.includes(person.user)))
          return `only ${[...new Set(demands.flatMap(({ from }) => from))].join(' or ')} may vote on it`;
        const at = instantOf(ports.clock.now());
        if (vote === 'reject')
          return {
            more: { state: { kind: 'rejected', by: person, ...(because === undefined ? {} : { because }) } },
            entry: { event: 'policy-change.rejected', by: person },
          };
        if (change.votes.some((each) => each.person.user === person.user && each.bound === bound))
          return 'you have approved it already';
        const cast: Vote = { person, vote, at, bound };
        return {
          more: { votes: withVote(change.votes, cast) },
          entry: { event: 'policy-change.approved', by: person },
        };
      }),

    withdraw: (id: string, person: Person): Promise<Acted> =>
      act(id, async (change) =>
        change.by.user === person.user
          ? {
              more: { state: { kind: 'withdrawn', by: person } },
              entry: { event: 'policy-change.withdrawn', by: person },
            }
          : `only @${change.by.name} may withdraw it`,
      ),
  };
}
export type PolicyDesk = ReturnType<typeof createPolicyDesk>;

/** Groups of a line that have nobody in them: nothing could ever be approved by them. */
async function emptyGroups({ membersOf }: PolicyDeskPorts, line: ReadLine): Promise<readonly string[]> {
  const { from } = line;
  const groups = (Array.isArray(from) ? from.map(String) : []).filter((name) => name.startsWith('@'));
  const members = await Promise.all(groups.map(membersOf));
  return groups.flatMap((name, index) =>
    members[index]?.length === 0 ? [`Nobody is in ${name}, or there is no such group in Slack.`] : [],
  );
}

/** The channel of the last environment that a line is about: where most is at stake. */
function channelOf({ file }: ReadFile, line: ReadLine): string {
  const all = Object.entries(file.environments);
  const about = all.filter(([name]) => holdsForEnvironment(scopeOfLine(line), name));
  return (about.at(-1) ?? all.at(-1))?.[1].channel ?? '';
}
