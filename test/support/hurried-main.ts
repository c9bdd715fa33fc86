// `serve --config FILE` as src/main.ts does it.
import { serveUntilStopped } from '../../src/app.ts';
import { loadConfig } from '../../src/config.ts';
import { channelEveryMs } from './pace.ts';

await serveUntilStopped(loadConfig(process.argv.at(-1) ?? '', process.env), process.env, { channelEveryMs });
