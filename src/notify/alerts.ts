import type { Problem } from '../doors/yaml.ts';
import type { Lane } from '../vocabulary/change.ts';
import type { Notice } from '../vocabulary/notice.ts';

export interface AlertPorts {
  readonly notice: (
    notice: Pick<Notice, 'kind' | 'id' | 'channel' | 'level' | 'text' | 'offer' | 'about'>,
  ) => Promise<unknown>;
  readonly endNotice: (id: string, how: string) => Promise<void>;
  /** Where alerts go: the channels of all environments; the last good ones while the file is invalid. */
  readonly channels: () => readonly string[];
}

type PolicyFile =
  | { readonly kind: 'valid' }
  | { readonly kind: 'invalid'; readonly problems: readonly Problem[] }
  | { readonly kind: 'unsigned'; readonly because: string; readonly next: string }
  | { readonly kind: 'unreadable'; readonly because: string };

/** What the channels are told when releases stop for a reason that is not about one release; saying it twice changes nothing. */
export function createAlerts(ports: AlertPorts) {
  const told = new Map<string, readonly string[]>();
  const say = async (id: string, text: string, more: Pick<Notice, 'offer' | 'about'> = {}) => {
    const channels = ports.channels();
    told.set(id, channels);
    for (const channel of channels)
      await ports.notice({ kind: 'notice', id: `${id}:${channel}`, channel, level: 'alert', text, ...more });
  };
  const end = async (id: string, how: string) => {
    for (const channel of new Set([...(told.get(id) ?? []), ...ports.channels()]))
      await ports.endNotice(`${id}:${channel}`, how);
    told.delete(id);
  };
  const laneName = (lane: Lane) => `${lane.repository}/${lane.branch}`;
  return {
    laneRefused: (lane: Lane, because: string) =>
      say(
        `refused:${laneName(lane)}`,
        `${laneName(lane)} refuses what Sluice writes, so its releases wait: ${because}. Mend the rule, then resume.`,
        {
          offer: 'resume-lane',
          about: laneName(lane),
        },
      ),
    laneResumed: (lane: Lane) => end(`refused:${laneName(lane)}`, 'resumed'),
    laneUnreachable: (lane: Lane, because: string | null) =>
      because === null
        ? end(`unreachable:${laneName(lane)}`, 'reachable again')
        : say(
            `unreachable:${laneName(lane)}`,
            `${laneName(lane)} cannot be reached, so releases wait in their order and go by themselves when it is back: ${because}.`,
          ),
    laneRewound: (lane: Lane, lost: string) =>
      say(
        `rewound:${laneName(lane)}:${lost.slice(0, 12)}`,
        `${laneName(lane)} was reset: ${lost.slice(0, 7)} is no longer in it. Releases that were written there are gone; Sluice goes on from the new head.`,
      ),
    policyFile: (file: PolicyFile) => {
      if (file.kind === 'valid') return end('policy-file', 'valid again');
      return say(
        'policy-file',
        `Releases are held: ${whatIsWrong(file)}\nRollbacks to a version that was healthy go on under the last good file.`,
      );
    },
    /** Null when it is right again. */
    clockSkewed: (because: string | null) =>
      because === null
        ? end('clock', 'right again')
        : say('clock', `Releases are held: ${because}. Set it (NTP); they go on by themselves then.`),
    recordLost: (lost: boolean) =>
      lost
        ? say(
            'record',
            'Releases are held: the record in Redis is empty, although Git has releases of Sluice. Locks, votes and artifacts may be missing. Restore Redis, or confirm that Sluice may go on without them.',
            { offer: 'confirm-record' },
          )
        : end('record', 'confirmed'),
  };
}

function whatIsWrong(file: Exclude<PolicyFile, { kind: 'valid' }>): string {
  switch (file.kind) {
    case 'unreadable':
      return `sluice.yaml cannot be read: ${file.because}`;
    case 'unsigned':
      return `${file.because}.\nNext: ${file.next}.`;
    case 'invalid':
      return file.problems
        .slice(0, 3)
        .map((problem) => `${problem.file} line ${problem.line}, column ${problem.column}: ${problem.message}`)
        .join('\n');
  }
}
