import { ulid } from 'ulid';
import type { Catalog } from './catalog/ports.ts';
import type { Chat } from './chat/chat.ts';
import type { Config } from './config.ts';
import { judgeChange } from './decision/policy-change.ts';
import { createPolicyDesk } from './dispatch/policy-desk.ts';
import { attemptPolicyChanges, type PolicyLanePorts } from './dispatch/policy-lane.ts';
import type { Log } from './doors/telemetry.ts';
import type { Clock } from './doors/time.ts';
import { policyCommitMessage } from './gitops/commit-message.ts';
import type { Gitops } from './gitops/gitops.ts';
import { editPolicies } from './gitops/policy-edit.ts';
import type { Ledger } from './ledger/ledger.ts';
import type { Settled } from './settle.ts';

export interface PolicyRooms {
  readonly file: Config['file'];
  readonly settled: Settled;
  readonly clock: Clock;
  readonly log: Log;
  readonly ledger: Ledger;
  readonly gitops: Gitops;
  readonly catalog: Catalog;
  readonly chat: Chat;
  readonly nudge: (work: string) => void;
}

/** Changes of policies: the desk where people ask and vote, and the lane that writes them. */
export function joinPolicies({ file, settled, clock, log, ledger, gitops, catalog, chat, nudge }: PolicyRooms) {
  const changes = {
    ...ledger,
    clock,
    log,
    gitops,
    editPolicies,
    policyFile: file.policy.file,
    policyMessage: policyCommitMessage,
    judgeChange: (change: Parameters<typeof judgeChange>[1]) =>
      judgeChange({ ...chat, snapshot: catalog.toDecideBy }, change, true),
  };
  return {
    desk: createPolicyDesk({
      ...changes,
      ...gitops,
      newId: ulid,
      membersOf: chat.membersOf,
      policy: { ...file.policy, lane: settled.policyLane },
      nudge,
    }),
    lane: (
      lane: Parameters<typeof attemptPolicyChanges>[1],
      signal: AbortSignal,
      afterPush: PolicyLanePorts['afterPush'],
    ) => attemptPolicyChanges({ ...changes, afterPush }, lane, signal),
  };
}
