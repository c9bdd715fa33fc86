import { z } from 'zod';
import { pause } from '../../src/doors/time.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { gitSync } from '../../src/playground/git-command.ts';
import type { Release, ReleaseId } from '../../src/vocabulary/release.ts';
import type { Fleet } from './fleet.ts';
import type { Evidence, Root } from './judge.ts';

const pageSize = 500;

const historySchema = z.object({
  ok: z.literal(true),
  messages: z.array(
    z.object({
      ts: z.string(),
      metadata: z.object({ event_type: z.string(), event_payload: z.object({ id: z.string().optional() }) }).optional(),
    }),
  ),
  response_metadata: z.object({ next_cursor: z.string() }).optional(),
});

/** Reads what happened where it stands: the record in Redis, the commits of the remote, the messages as Slack tells them. */
export function createGatherer({ git, workspace, environments, clusters }: Fleet, ledger: Ledger) {
  const records = async (): Promise<Release[]> => {
    const all: Release[] = [];
    let before: ReleaseId | undefined;
    for (;;) {
      const page = await ledger.history({ limit: pageSize, ...(before === undefined ? {} : { before }) });
      all.push(...page);
      before = page.at(-1)?.id;
      if (page.length < pageSize) return all.toReversed();
    }
  };
  const commits = (): Evidence['commits'] =>
    gitSync(git.path, [
      'log',
      '--reverse',
      '--format=%H %(trailers:key=Sluice-Release,valueonly,separator=%x2C)',
      'main',
    ])
      .split('\n')
      .flatMap((line) => {
        const [commit = '', release = ''] = line.split(' ');
        return release === '' ? [] : [{ commit, release }];
      });
  const rootsIn = async (channel: string): Promise<Root[]> => {
    const roots: Root[] = [];
    let cursor = '';
    do {
      const page = await history(channel, cursor);
      for (const { ts, metadata } of page.messages) {
        const release = metadata?.event_type === 'sluice_release' ? metadata.event_payload.id : undefined;
        if (release !== undefined) roots.push({ release, channel, ts });
      }
      cursor = page.response_metadata?.next_cursor ?? '';
    } while (cursor !== '');
    return roots;
  };
  /** Asked again, as the trouble of Slack is also ours. */
  const history = async (channel: string, cursor: string) => {
    for (;;) {
      const body = new URLSearchParams({ channel, cursor, limit: '999', include_all_metadata: 'true' });
      const answer = await fetch(`${workspace.apiUrl}conversations.history`, {
        method: 'POST',
        headers: { authorization: `Bearer ${workspace.botToken}` },
        body,
        signal: AbortSignal.timeout(10_000),
      })
        .then((response) => response.json())
        .catch(() => null);
      const read = historySchema.safeParse(answer);
      if (read.success) return read.data;
      await pause(500);
    }
  };
  return {
    commits,
    records,
    roots: async (): Promise<Root[]> => (await Promise.all(environments.map(({ id }) => rootsIn(id)))).flat(),
    running: (service: string, environment: string): string | null => {
      const own = environments.find(({ name }) => name === environment)?.clusters ?? [];
      const images = new Set(own.map((name) => clusters.get(name)?.running(service) ?? ''));
      const [image = ''] = images;
      return images.size === 1 ? (image.split(':').at(-1) ?? null) : null;
    },
  };
}
