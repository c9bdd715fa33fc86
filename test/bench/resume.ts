import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import { createQueue, type QueueSettings } from '../../src/dispatch/queue.ts';
import { startRedis } from '../support/redis.ts';

// G6: how long after kill -9 of a worker another one, which is up, goes on with its work; against a worker with
// BullMQ's default settings (lock 30 s, stalled check each 30 s) in the same run.
const quiet = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const defaults: Partial<QueueSettings> = { lockDurationMs: 30_000, stalledIntervalMs: 30_000 };
const rounds = 5;

function start(url: string, settings: Partial<QueueSettings>, mode: 'hang' | 'run'): ChildProcess {
  const file = join(import.meta.dirname, 'resume-worker.ts');
  return fork(file, [url, JSON.stringify(settings), mode], { execArgv: [] });
}

function says(child: ChildProcess, word: string): Promise<void> {
  return new Promise((resolve) => {
    const listen = (message: unknown) => {
      if (message !== word) return;
      child.off('message', listen);
      resolve();
    };
    child.on('message', listen);
  });
}

async function measureMs(settings: Partial<QueueSettings>): Promise<number> {
  const server = await startRedis();
  const queue = createQueue({ redisUrl: server.url, log: quiet, run: async () => {}, settings });
  const dying = start(server.url, settings, 'hang');
  const began = says(dying, 'runs');
  await says(dying, 'up');
  await queue.add('lane/gitops/main');
  await began;
  const successor = start(server.url, settings, 'run');
  const resumed = says(successor, 'runs');
  await says(successor, 'up');
  const killedMs = performance.now();
  dying.kill('SIGKILL');
  await resumed;
  const tookMs = performance.now() - killedMs;
  successor.kill('SIGKILL');
  await queue.stop();
  await server.close();
  return tookMs;
}

const ours: number[] = [];
const theirs = measureMs(defaults);
for (let round = 0; round < rounds; round += 1) ours.push(await measureMs({}));
const sorted = ours.toSorted((a, b) => a - b);
const median = sorted[Math.floor(rounds / 2)] ?? 0;
const seconds = (ms: number) => `${(ms / 1_000).toFixed(2)} s`;
const baseline = await theirs;
console.log(
  `G6 resume after kill -9: ${seconds(median)} (${seconds(sorted[0] ?? 0)} to ${seconds(sorted.at(-1) ?? 0)}, ${rounds} rounds)`,
);
console.log(`   BullMQ's default settings: ${seconds(baseline)}; ratio ${(baseline / median).toFixed(1)}x`);
