import { type ChildProcess, fork } from 'node:child_process';
import { flushCompileCache } from 'node:module';
import { startApp } from '../../src/app.ts';
import { loadConfig } from '../../src/config.ts';
import { channelEveryMs } from './pace.ts';

export interface AppChild {
  readonly port: number;
  /** From now on the app ends itself the hard way when it comes to this step. */
  readonly killAt: (step: string) => Promise<void>;
  /** Settles when it is gone by SIGKILL; rejects where it lives on. */
  readonly dies: () => Promise<void>;
  readonly end: () => Promise<void>;
}

const patienceMs = 120_000;

/** The real app in a process of its own, with ordinary configuration. */
export async function startAppChild(environment: Readonly<Record<string, string>>): Promise<AppChild> {
  const child = fork(import.meta.filename, [], { env: { ...process.env, ...environment }, execArgv: [] });
  const gone = new Promise<string>((resolve) =>
    child.once('exit', (code, signal) => resolve(signal ?? `exit ${code}`)),
  );
  let port = 0;
  child.on('message', (each) => {
    if (typeof each === 'number') port = each;
  });
  await heard(child, 'ready');
  return {
    port,
    killAt: async (step) => {
      const armed = heard(child, `armed ${step}`);
      child.send(step);
      await armed;
    },
    dies: async () => {
      const how = await within(gone, 'the app to end itself');
      if (how !== 'SIGKILL') throw new Error(`the app ended by ${how}`);
    },
    end: async () => {
      child.kill('SIGKILL');
      await gone;
    },
  };
}

function heard(child: ChildProcess, word: string): Promise<unknown> {
  const said = new Promise<void>((resolve, reject) => {
    child.once('exit', (code, signal) => reject(new Error(`the app ended (${signal ?? code}) before it said ${word}`)));
    child.on('message', (each) => each === word && resolve());
  });
  return within(said, `the app to say ${word}`);
}

async function within<T>(promise: Promise<T>, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`waited ${patienceMs} ms in vain for ${what}`)), patienceMs);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

async function serve(): Promise<void> {
  let fatal = '';
  let accepting = false;
  process.on('message', (step) => {
    fatal = String(step);
    accepting = false;
    process.send?.(`armed ${step}`);
  });
  process.on('disconnect', () => process.exit());
  const config = loadConfig(process.env['SLUICE_CONFIG'] ?? '', process.env);
  const app = await startApp(config, process.env, {
    channelEveryMs,
    at: (step) => {
      accepting ||= step.startsWith('accept') || step.startsWith('artifact');
      // What is left over of an earlier release must not end it before the next one has come.
      if (accepting && step === fatal) process.kill(process.pid, 'SIGKILL');
    },
  });
  // It is not written at an end like the one that is to come.
  flushCompileCache();
  process.send?.(app.port);
  process.send?.('ready');
}

if (process.argv[1] === import.meta.filename && process.send !== undefined) await serve();
