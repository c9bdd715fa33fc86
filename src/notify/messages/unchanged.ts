import type { Release } from '../../vocabulary/release.ts';
import { overall, type Verdict } from '../../vocabulary/verdict.ts';
import { foreign, type MessageBody, section } from '../../words/blocks.ts';
import { message, serviceOf, versionOf } from './words.ts';

/** Nothing to do: it is in Git already, and this is its verdict. */
export function unchangedMessage(release: Release, written: Release | null): MessageBody {
  const title = `*${serviceOf(release)} ${versionOf(release)}* is in ${foreign(release.request.environment, 80)} already; nothing was written.`;
  const same = written?.plan?.artifact.version === release.plan?.artifact.version;
  const verdict = same && written?.arrival !== undefined ? overall(written.arrival) : null;
  const words = verdict === null ? '' : ` ${standing(verdict)}.`;
  return message(`${title}${words}`, [section(`${title}${words}`)]);
}

function standing(verdict: Verdict): string {
  switch (verdict.kind) {
    case 'healthy':
      return 'It is healthy';
    case 'failed':
      return `It is failing: ${foreign(verdict.because, 500)}`;
    case 'waiting':
      return `It is on its way: ${foreign(verdict.because, 500)}`;
    case 'unverified':
      return `It is not proven: ${foreign(verdict.because, 500)}`;
    case 'gone':
      return `It is gone: ${foreign(verdict.because, 500)}`;
    case 'superseded':
      return `It was superseded by ${foreign(verdict.by, 130)}`;
  }
}
