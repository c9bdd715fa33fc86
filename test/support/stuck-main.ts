// `serve --config FILE` whose work stands still right before a push, and never ends.
import { serveUntilStopped } from '../../src/app.ts';
import { loadConfig } from '../../src/config.ts';

await serveUntilStopped(loadConfig(process.argv.at(-1) ?? '', process.env), process.env, {
  at: (step) => {
    if (step !== 'push.before') return undefined;
    process.stdout.write('stuck\n');
    return new Promise<void>(() => setInterval(() => {}, 1_000));
  },
});
