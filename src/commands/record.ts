import { createArtifacts } from '../catalog/artifacts.ts';
import { lastGoodText } from '../catalog/snapshots.ts';
import { openRedis, whenReady } from '../doors/redis.ts';
import { systemClock } from '../doors/time.ts';
import { createLedger } from '../ledger/ledger.ts';

const pageLines = 500;

/** Looks into the record of a Sluice that may be running elsewhere; nothing is written. */
export async function withRecord<T>(url: string, read: (record: Awaited<ReturnType<typeof openRecord>>) => Promise<T>) {
  const record = await openRecord(url);
  try {
    return await read(record);
  } finally {
    record.close();
  }
}

async function openRecord(url: string) {
  const redis = openRedis({ url }, 'commands', () => {});
  await whenReady(redis, 10_000);
  const ledger = createLedger({ redis, clock: systemClock });
  return {
    ...ledger,
    close: () => redis.disconnect(),
    policyText: () => lastGoodText(redis),
    artifact: createArtifacts(redis).get,
    log: async function* () {
      let page = await ledger.log(null, pageLines);
      while (page.length > 0) {
        yield* page;
        page = await ledger.log(page.at(-1)?.cursor ?? null, pageLines);
      }
    },
  };
}
