import { type JsonObject, numberAt, objectAt, objectsAt, textAt } from './json.ts';
import { imageOf } from './pod-life.ts';

const crashed = [
  "TypeError: Cannot read properties of undefined (reading 'address')",
  '    at loadConfiguration (/app/src/configuration.js:41:23)',
  '    at start (/app/src/main.js:12:18)',
  'process exited with code 1',
];

/** What the containers of a pod wrote; a text says why there is nothing to read. */
export function podLog(pod: JsonObject, query: URLSearchParams): readonly string[] | string {
  const name = textAt(pod, 'metadata', 'name') ?? '';
  const statuses = objectsAt(pod, 'status', 'containerStatuses');
  const asked = query.get('container');
  const status = asked === null ? statuses[0] : statuses.find((each) => each['name'] === asked);
  if (status === undefined) return `container ${asked ?? ''} is not valid for pod ${name}`;
  const waiting = textAt(status, 'state', 'waiting', 'reason');
  const ran = (numberAt(status, 'restartCount') ?? 0) > 0;
  if (query.get('previous') === 'true' && !ran)
    return `previous terminated container "${String(status['name'])}" in pod "${name}" not found`;
  if (waiting !== undefined && !ran)
    return `container "${String(status['name'])}" in pod "${name}" is waiting to start: ${waiting}`;
  const version = imageOf(objectAt(pod)).split('@')[0]?.split(':').at(-1) ?? '';
  const started = `starting ${String(status['name'])} ${version}`;
  const lines = ran
    ? [started, ...crashed]
    : [started, 'listening on port 8080', ...(status['ready'] ? ['ready'] : [])];
  const tail = Number(query.get('tailLines') ?? Number.NaN);
  return Number.isInteger(tail) && tail >= 0 ? lines.slice(Math.max(0, lines.length - tail)) : lines;
}
