import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hurried, type Served, type ServeOptions, serve } from './serve.ts';

/** A replica of a deployment with clones of its own, as every pod has them. */
export function startReplica(
  name: string,
  configuration: Readonly<Record<string, string>>,
  drainSeconds = 0,
  options: ServeOptions = {},
): Promise<Served> {
  const shared = configuration['SLUICE_CONFIG'] ?? '';
  const own = `${shared}.${name}.yaml`;
  const clones = join(shared, '..', `clones-${name}`);
  const text = readFileSync(shared, 'utf8').replace(/^data: .*$/m, `data: ${clones}`);
  writeFileSync(own, `${text}\nhttp: { drainSeconds: ${drainSeconds} }\n`);
  return serve(['serve', '--config', own], configuration, hurried, options);
}
