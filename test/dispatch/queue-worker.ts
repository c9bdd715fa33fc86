import { createQueue } from '../../src/dispatch/queue.ts';
import { silent } from './fake-ledger.ts';

const [, , redisUrl = '', mode] = process.argv;
const queue = createQueue({
  redisUrl,
  log: silent,
  run: async (work) => {
    process.send?.(work);
    if (mode === 'hang') await new Promise(() => {});
  },
});
queue.start();
