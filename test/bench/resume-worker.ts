import { createQueue } from '../../src/dispatch/queue.ts';

const quiet = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const [, , redisUrl = '', settings = '{}', mode] = process.argv;

const queue = createQueue({
  redisUrl,
  log: quiet,
  settings: JSON.parse(settings),
  run: async () => {
    process.send?.('runs');
    if (mode === 'hang') await new Promise(() => {});
  },
});
queue.start();
process.send?.('up');
