import { instantOf } from '../../doors/time.ts';
import type { ReadFile } from '../../sluice-yaml.ts';
import type { Artifact } from '../../vocabulary/artifact.ts';
import type { Hold } from '../../vocabulary/hold.ts';
import type { HealthyRecord } from '../../vocabulary/proven.ts';
import type { Question } from '../question.ts';
import type { Given } from './given.ts';
import { questionOf } from './question-of.ts';
import type { HealthyBefore, LogLine } from './replay.ts';

/** The record of a Sluice, looked at from outside. */
export interface Recorded {
  /** The whole log, oldest first. */
  readonly log: () => AsyncIterable<unknown>;
  /** The last `sluice.yaml` that counted; null where none is kept. */
  readonly policyText: () => Promise<string | null>;
  readonly artifact: (service: string, version: string) => Promise<Artifact | null>;
  readonly holds: () => Promise<readonly Hold[]>;
  readonly healthy: (service: string, environment: string) => Promise<readonly HealthyRecord[]>;
}

/** Facts with the artifact that is asked about. */
type Told = Given & { readonly request: { readonly service: string; readonly version: string } };

/** As Redis knows it now, save for what the facts say otherwise. */
export async function liveQuestion(policy: ReadFile, told: Told, record: Recorded, nowMs: number): Promise<Question> {
  const { service, version } = told.request;
  const artifact = told.artifact ?? (await record.artifact(service, version));
  const question = questionOf(policy, { now: instantOf(nowMs), ...told, artifact: { ...artifact } });
  const [healthy, holds] = await Promise.all([healthyOf(record, service, policy), record.holds()]);
  return {
    ...question,
    facts: {
      ...question.facts,
      ...(told.healthy === undefined ? { healthy } : {}),
      ...(told.holds === undefined ? { holds } : {}),
    },
  };
}

async function healthyOf(record: Recorded, service: string, policy: ReadFile) {
  const names = Object.keys(policy.file.environments);
  return new Map(await Promise.all(names.map(async (name) => [name, await record.healthy(service, name)] as const)));
}

export async function recordedLines(record: Recorded): Promise<readonly unknown[]> {
  const lines: unknown[] = [];
  for await (const line of record.log()) lines.push(line);
  return lines;
}

/** What was healthy of every service that the log knows, also from before the log begins. */
export async function allHealthy(
  record: Recorded,
  lines: readonly LogLine[],
  policy: ReadFile,
): Promise<HealthyBefore> {
  const services = new Set(lines.flatMap((line) => ('request' in line.record ? [line.record.request.service] : [])));
  const found = new Map<string, Awaited<ReturnType<typeof healthyOf>>>();
  for (const service of services) found.set(service, await healthyOf(record, service, policy));
  return (service, environment) => found.get(service)?.get(environment) ?? [];
}
