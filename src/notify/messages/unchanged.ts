import { foreign, type MessageBody, section } from '../../blocks.ts';
import type { Release } from '../../release.ts';
import { overall } from '../../verdict.ts';
import { message, serviceOf, versionOf } from './words.ts';

/** Nothing to do: it is in Git already, and this is its verdict. */
export function unchangedMessage(release: Release, written: Release | null): MessageBody {
  const title = `*${serviceOf(release)} ${versionOf(release)}* is in ${foreign(release.request.environment, 80)} already; nothing was written.`;
  const same = written?.plan?.artifact.version === release.plan?.artifact.version;
  const verdict = same && written?.arrival !== undefined ? overall(written.arrival) : null;
  const words =
    verdict === null
      ? ''
      : ` It is ${verdict.kind === 'healthy' ? 'healthy' : verdict.kind === 'failed' ? `failing: ${foreign(verdict.because, 500)}` : verdict.kind}.`;
  return message(`${title}${words}`, [section(`${title}${words}`)]);
}
