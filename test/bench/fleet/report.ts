import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

export interface Watched {
  /** How many objects are held. */
  readonly objects: () => number;
  /** Of each cluster the revision of its last object. */
  readonly applied: () => readonly (string | null)[];
}

/** What a process that watches says of itself, in MB and in microseconds of CPU. */
export interface Report {
  readonly baseMb: number;
  readonly listPeakMb: number;
  readonly residentMb: number;
  readonly heapMb: number;
  readonly peakMb: number;
  readonly eventsCpuUs: number;
}

const megabytes = (field: 'VmHWM' | 'VmRSS'): number => {
  const line = new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(readFileSync('/proc/self/status', 'utf8'));
  return Number(line?.[1] ?? 0) / 1024;
};

/** Says when everything is held, waits for the word that the changes begin, and reports when the last of them has been seen. */
export async function report({ objects, applied }: Watched): Promise<void> {
  const baseMb = megabytes('VmRSS');
  const wanted = Number(process.argv[5]);
  while (objects() < wanted) await pause(100);
  const listPeakMb = megabytes('VmHWM');
  // As long as a quiet process takes to give back what it does not need.
  await pause(3_000);
  const residentMb = megabytes('VmRSS');
  const before = process.cpuUsage();
  const begun = Promise.withResolvers<readonly (string | null)[]>();
  process.on('message', () => begun.resolve(applied()));
  process.send?.({ kind: 'synced' });
  const first = await begun.promise;
  while (applied().some((revision, index) => revision === first[index])) await pause(50);
  const { user, system } = process.cpuUsage(before);
  const peakMb = megabytes('VmHWM');
  global.gc?.();
  const heapMb = process.memoryUsage().heapUsed / 1024 / 1024;
  const said: Report = { baseMb, listPeakMb, residentMb, heapMb, peakMb, eventsCpuUs: user + system };
  process.send?.({ kind: 'report', report: said }, () => process.exit(0));
}
