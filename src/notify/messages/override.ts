import { kindsOf } from '../../vocabulary/overrides.ts';
import type { Release } from '../../vocabulary/release.ts';
import { code, foreign, type MessageBody, mention, section } from '../../words/blocks.ts';
import { message, people, stepOf } from './words.ts';

/** Who passed what, and why, for the message of the release itself; null where nothing was passed. */
export function overrideLine(release: Release): string | null {
  const passed = passedWords(release);
  if (passed === null || release.state.kind === 'denied') return null;
  return `*Override* by ${mention(release.request.requester.user)} of ${passed}`;
}

/** The same for the channel: nobody passes a policy unseen. Null until it is decided that it goes. */
export function overrideNews(release: Release): MessageBody | null {
  const passed = passedWords(release);
  if (passed === null || !['queued', 'writing', 'written'].includes(release.state.kind)) return null;
  const { requester, environment } = release.request;
  const text = `${mention(requester.user)} overrides policies with ${stepOf(release)} in ${foreign(environment, 80)}: ${passed} Somebody else takes a second look afterwards.`;
  return message(text, [section(text)]);
}

function passedWords(release: Release): string | null {
  const overridden = release.decision?.overridden ?? [];
  if (overridden.length === 0) return null;
  const kinds = kindsOf(overridden).map((kind) => code(kind, 60));
  const shown = overridden.slice(0, 5).map(({ text }) => foreign(text, 200));
  const more = overridden.length > shown.length ? [`… ${overridden.length - shown.length} more`] : [];
  const because = release.request.because === undefined ? 'no reason given' : foreign(release.request.because, 300);
  const confirmed = release.decision?.confirmedBy ?? [];
  return `${kinds.join(', ')} (${[...shown, ...more].join('; ')}), because: ${because}.${confirmed.length === 0 ? '' : ` Confirmed by ${people(confirmed)}.`}`;
}
