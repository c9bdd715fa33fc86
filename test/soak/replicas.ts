import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pause } from '../../src/doors/time.ts';
import type { Balancer } from '../support/balancer.ts';
import { startReplica } from '../support/replica.ts';
import type { Served } from '../support/serve.ts';

/** As `serve` is started in production (src/launch.js). */
const flags = ['--max-semi-space-size=4', '--heap-growing-percent=30'];

/** Longer than Kubernetes waits by itself, for a machine that does something else as well. */
const endsWithinMs = 90_000;

export type Replicas = ReturnType<typeof createReplicas>;

/** The replicas of one deployment behind a balancer, each a process of its own, with its log in a file. */
export function createReplicas(balancer: Balancer, configuration: Readonly<Record<string, string>>, folder: string) {
  const running = new Map<string, Served>();
  let starts = 0;
  const start = async (name: string): Promise<void> => {
    starts += 1;
    const replica = await startReplica(name, configuration, 1, { flags, log: join(folder, `${name}-${starts}.log`) });
    running.set(name, replica);
    balancer.add(replica.port);
  };
  const leave = async (name: string, signal: 'SIGTERM' | 'SIGKILL'): Promise<string> => {
    const replica = running.get(name);
    if (replica === undefined) return 'gone';
    const how = await replica.end(signal);
    balancer.remove(replica.port);
    return how;
  };
  return {
    start,
    names: () => [...running.keys()],
    starts: () => starts,
    port: (): number => [...running.values()][0]?.port ?? 0,
    kill: (name: string) => leave(name, 'SIGKILL'),
    /** As a rollout does it: another one is ready before it is asked to end. Rejects where that one does not end in good order. */
    replace: async (name: string): Promise<void> => {
      const old = running.get(name);
      await start(name);
      const port = running.get(name)?.port ?? 0;
      while (!balancer.ready().includes(port)) await pause(50);
      if (old === undefined) return;
      const how = await Promise.race([old.end('SIGTERM'), pause(endsWithinMs).then(() => 'nothing')]);
      balancer.remove(old.port);
      if (how === 'exit 0') return;
      await old.end('SIGKILL');
      throw new Error(`replica ${name} (process ${old.pid}) was asked to end and ended with ${how}`);
    },
    signal: (name: string, signal: 'SIGSTOP' | 'SIGCONT') => void process.kill(running.get(name)?.pid ?? 0, signal),
    /** Resident memory of a replica in MB; null while it is gone. */
    residentMb: (name: string): number | null => {
      try {
        const status = readFileSync(`/proc/${running.get(name)?.pid}/status`, 'utf8');
        return Math.round(Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) / 1024);
      } catch {
        return null;
      }
    },
    close: () => Promise.all([...running.values()].map((replica) => replica.end('SIGKILL'))),
  };
}
