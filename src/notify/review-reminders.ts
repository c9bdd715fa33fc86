import { type Clock, epochMsOf, wallTime } from '../doors/time.ts';
import type { Notice } from '../vocabulary/notice.ts';
import { kindsOf } from '../vocabulary/overrides.ts';
import { type Release, titleOf } from '../vocabulary/release.ts';

export interface ReviewReminderPorts {
  readonly clock: Clock;
  /** Releases that still want a second look. */
  readonly reviews: () => Promise<readonly Release[]>;
  readonly environment: (name: string) => { readonly channel: string } | null;
  readonly notice: (notice: Pick<Notice, 'kind' | 'id' | 'channel' | 'level' | 'text'>) => Promise<unknown>;
  readonly notices: () => Promise<readonly Notice[]>;
  readonly endNotice: (id: string, how: string) => Promise<void>;
}

const hourMs = 3_600_000;
/** A new day of asking begins at nine, where clocks of the environment say so. */
const askedFromHour = 9;
const linesShown = 10;

/** Tells each channel once a day which of its releases should have been looked at again by now; called as often as one likes. */
export function createReviewReminders(ports: ReviewReminderPorts): () => Promise<void> {
  return async () => {
    const now = ports.clock.now();
    const late = (await ports.reviews()).filter(({ review }) => review !== undefined && epochMsOf(review.dueAt) <= now);
    const byChannel = Map.groupBy(late, ({ request }) => ports.environment(request.environment)?.channel ?? '');
    byChannel.delete('');
    const current = new Set<string>();
    for (const [channel, releases] of byChannel) {
      const zone = releases[0]?.review?.timezone ?? 'UTC';
      const [, day = ''] = wallTime(now - askedFromHour * hourMs, zone).split(' ');
      const id = `reviews:${channel}:${day}`;
      current.add(id);
      await ports.notice({ kind: 'notice', id, channel, level: 'info', text: textOf(releases) });
    }
    for (const { id, channel } of await ports.notices())
      if (id.startsWith('reviews:') && !current.has(id))
        await ports.endNotice(id, byChannel.has(channel) ? 'asked again' : 'all reviewed');
  };
}

function textOf(releases: readonly Release[]): string {
  const rows = releases.slice(0, linesShown).map((release) => {
    const { request, review, decision } = release;
    const why =
      review?.why === 'rollback' ? 'rollback' : `override of ${kindsOf(decision?.overridden ?? []).join(', ')}`;
    const due = review === undefined ? '' : `, due ${wallTime(epochMsOf(review.dueAt), review.timezone)}`;
    return `• ${titleOf(release)} in ${request.environment} by ${request.requester.name} (${why}${due})`;
  });
  const more = releases.length > rows.length ? [`… ${releases.length - rows.length} more`] : [];
  const title = `${releases.length === 1 ? 'A release still wants' : `${releases.length} releases still want`} a second look by somebody else: /release reviews`;
  return [title, ...rows, ...more].join('\n');
}
