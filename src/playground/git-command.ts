import { spawnSync } from 'node:child_process';

interface Call {
  readonly environment?: Readonly<Record<string, string>>;
  readonly input?: string;
}

/** Runs git on the playground's own repository, cut off from the machine's configuration. */
export function git(
  folder: string,
  args: readonly string[],
  call: Call = {},
): { readonly code: number; readonly out: string; readonly error: string } {
  const result = spawnSync('git', [...args], {
    cwd: folder,
    env: {
      PATH: process.env['PATH'] ?? '',
      HOME: '/nonexistent',
      GIT_CONFIG_GLOBAL: '/dev/null',
      GIT_CONFIG_NOSYSTEM: '1',
      ...call.environment,
    },
    encoding: 'utf8',
    maxBuffer: 32_000_000,
    ...(call.input === undefined ? {} : { input: call.input }),
  });
  if (result.error !== undefined)
    throw new Error('git cannot be started; install it and try again', { cause: result.error });
  return { code: result.status ?? 1, out: result.stdout, error: result.stderr };
}

/** Its output; throws where git fails. */
export function gitSync(folder: string, args: readonly string[], call: Call = {}): string {
  const { code, out, error } = git(folder, args, call);
  if (code !== 0) throw new Error(`git ${args[0]} failed: ${error.slice(0, 300)}`);
  return out;
}
