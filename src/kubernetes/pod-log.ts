import type { PodAt } from '../vocabulary/verdict.ts';
import type { ClusterApi } from './clusters.ts';

/** The last lines that a container wrote. */
export interface PodLog {
  readonly pod: string;
  readonly container: string | null;
  readonly lines: readonly string[];
}

const tailLines = 20;
const bytesLimit = 64_000;
const lineLimit = 500;
const answerMs = 5_000;

/**
 * Reads the end of a container's log: of the run before the present one where there was one, as that is the one that failed. Null where
 * there is nothing to read, or no right to; rejects where nobody answers.
 */
export async function readPodLog(api: ClusterApi, pod: PodAt, signal: AbortSignal): Promise<PodLog | null> {
  for (const previous of [true, false]) {
    const text = await logText(api, pod, previous, signal);
    if (text === null) continue;
    const lines = text
      .split('\n')
      .filter((line) => line.trim() !== '')
      .slice(-tailLines)
      .map((line) => shortened(line).slice(0, lineLimit));
    if (lines.length > 0) return { pod: pod.name, container: pod.container ?? null, lines };
  }
  return null;
}

async function logText(api: ClusterApi, pod: PodAt, previous: boolean, signal: AbortSignal): Promise<string | null> {
  const query = new URLSearchParams({ tailLines: String(tailLines), limitBytes: String(bytesLimit) });
  if (pod.container !== undefined) query.set('container', pod.container);
  if (previous) query.set('previous', 'true');
  const path = `/api/v1/namespaces/${encodeURIComponent(pod.namespace)}/pods/${encodeURIComponent(pod.name)}/log?${query}`;
  const answer = await api.request(path, { signal: AbortSignal.any([signal, AbortSignal.timeout(answerMs)]) });
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of answer.body) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > bytesLimit * 2) break;
  }
  if (answer.status >= 500 || answer.status === 429)
    throw new Error(`the log of ${pod.name} was answered with ${answer.status}`);
  return answer.status === 200 ? Buffer.concat(chunks).toString('utf8') : null;
}

const messageKeys = ['message', 'msg', 'log', 'event', 'error', 'err'];
const levelKeys = ['level', 'severity', 'lvl'];

/** A line of JSON as its level and message; any other line as it is, without the colours of terminals. */
export function shortened(line: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: what terminals are told is what is to go.
  const plain = line.replaceAll(/\u001b\[[0-9;]*[A-Za-z]|[\u0000-\u0008\u000b-\u001f\u007f]/g, '');
  if (!plain.trimStart().startsWith('{')) return plain.trimEnd();
  try {
    const fields: unknown = JSON.parse(plain);
    if (typeof fields !== 'object' || fields === null) return plain.trimEnd();
    const at = (keys: readonly string[]) =>
      keys.map((key) => textOf(Reflect.get(fields, key))).find((text) => text !== null);
    const message = at(messageKeys);
    return message === undefined ? plain.trimEnd() : [at(levelKeys), message].filter(Boolean).join(': ');
  } catch {
    return plain.trimEnd();
  }
}

function textOf(value: unknown): string | null {
  if (typeof value === 'string' || typeof value === 'number') return String(value);
  const inner: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, 'message') : null;
  return typeof inner === 'string' ? inner : null;
}
