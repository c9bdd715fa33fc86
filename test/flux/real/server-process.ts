import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { pause } from '../../../src/doors/time.ts';

export interface ServerProcess {
  readonly stop: () => Promise<void>;
  /** Null while it runs; else the last of what it said. */
  readonly ended: () => string | null;
}

/** Starts a server; what it says goes to a file of its folder. */
export function startServer(
  file: string,
  args: readonly string[],
  folder: string,
  env: NodeJS.ProcessEnv = {},
): ServerProcess {
  const name = file.split('/').at(-1) ?? file;
  const log = join(folder, `${name}.log`);
  const child: ChildProcess = spawn(file, args, {
    cwd: folder,
    env: { PATH: process.env['PATH'] ?? '', HOME: folder, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const stream = createWriteStream(log);
  child.stdout?.pipe(stream, { end: false });
  child.stderr?.pipe(stream, { end: false });
  let over = false;
  const closed = new Promise<void>((resolve) => {
    child.once('error', () => resolve());
    child.once('close', () => resolve());
  }).then(() => {
    over = true;
    stream.end();
  });
  return {
    stop: async () => {
      child.kill('SIGTERM');
      const late = setTimeout(() => child.kill('SIGKILL'), 5_000);
      await closed;
      clearTimeout(late);
    },
    ended: () => (over ? `${name} has ended:\n${readFileSync(log, 'utf8').slice(-1_500)}` : null),
  };
}

/** Free ports of 127.0.0.1; all are held until the last is known, so that none comes twice. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  const ports = await Promise.all(
    servers.map(
      (server) =>
        new Promise<number>((resolve) =>
          server.listen(0, '127.0.0.1', () => {
            const address = server.address();
            resolve(typeof address === 'object' && address !== null ? address.port : 0);
          }),
        ),
    ),
  );
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

/** Waits until `look` is content; gives up when a server has ended, or after a minute. */
export async function until(
  what: string,
  servers: readonly ServerProcess[],
  look: () => Promise<boolean>,
): Promise<void> {
  const end = performance.now() + 60_000;
  for (;;) {
    if (await look().catch(() => false)) return;
    const dead = servers.map((server) => server.ended()).find((said) => said !== null);
    if (dead !== undefined) throw new Error(dead ?? '');
    if (performance.now() > end) throw new Error(`${what}: not within a minute`);
    await pause(100);
  }
}
