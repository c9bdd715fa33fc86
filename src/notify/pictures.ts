import { messageOf } from '../doors/errors.ts';
import { pause, spokenDuration } from '../doors/time.ts';
import type { Posted, Release } from '../vocabulary/release.ts';
import { type Timeline, timelineLines } from '../vocabulary/timeline.ts';
import { drawPng } from './picture.ts';
import type { NotifyPorts } from './ports.ts';
import { timelineSvg } from './timeline-svg.ts';

type Ports = Pick<NotifyPorts, 'upload' | 'log'>;

export interface TimelinePicture {
  readonly release: Release;
  readonly timeline: Timeline;
  readonly posted: Posted;
}

/** Each is drawn and sent by itself, so that many releases at once do not take all of the machine; what is too much is left out. */
const mostWaiting = 50;
const tries = 3;
const longestPauseMs = 15_000;
/** Slack's words for rights that are missing everywhere, not in one channel. */
const everywhere = new Set(['missing_scope', 'not_allowed_token_type', 'unknown_method', 'team_access_not_granted']);

export type Pictures = ReturnType<typeof createPictures>;

/** Shows what releases took as pictures in their threads. Nobody waits for it, and what goes wrong is at most a line in the log. */
export function createPictures({ upload, log }: Ports, signal: AbortSignal, draw = drawPng) {
  const closed = new Set<string>();
  let off = false;
  let waiting = 0;
  let last: Promise<void> = Promise.resolve();

  const turnOff = (because: string): void => {
    if (!off)
      log.info({ because }, 'timelines are told as text alone: no picture can be drawn or uploaded (files:write)');
    off = true;
  };

  const show = async ({ release, timeline, posted }: TimelinePicture): Promise<void> => {
    if (off || closed.has(posted.channel) || signal.aborted) return;
    const words = wordsOf(release, timeline);
    const bytes = await draw(timelineSvg(timeline, words)).catch((error: unknown) => turnOff(messageOf(error)));
    if (bytes === undefined) return;
    const { title, name, alt } = words;
    for (let attempt = 1; attempt <= tries && !signal.aborted; attempt += 1) {
      const sent = await upload({ channel: posted.channel, thread: posted.ts, name, title, alt, bytes });
      if (sent.kind === 'sent') return;
      if (sent.kind === 'impossible') {
        if (everywhere.has(sent.because)) return turnOff(sent.because);
        closed.add(posted.channel);
        log.info({ channel: posted.channel, because: sent.because }, 'no pictures of timelines in this channel');
        return;
      }
      log.debug({ release: release.id, because: sent.because }, 'the picture of a timeline could not be uploaded yet');
      await pause(Math.min(sent.afterMs, longestPauseMs), signal);
    }
  };

  return {
    /** Returns at once. */
    show: (picture: TimelinePicture): void => {
      if (off || waiting >= mostWaiting) return;
      waiting += 1;
      last = last
        .then(() => show(picture))
        .catch((error: unknown) => {
          const { id } = picture.release;
          log.debug({ release: id, err: messageOf(error) }, 'the picture of a timeline was not shown');
        })
        .finally(() => {
          waiting -= 1;
        });
    },
    /** When all that were asked for are shown, or given up. */
    idle: (): Promise<void> => last,
  };
}

function wordsOf({ request, plan }: Release, timeline: Timeline) {
  const version = plan?.artifact.version ?? '';
  const title = `${request.service} ${version} in ${request.environment}`;
  const at = `${request.at.slice(11, 16)} UTC`;
  return {
    title,
    name: `${request.service}-${version}-${request.environment}.png`.replaceAll(/[^A-Za-z0-9._-]/g, '-').slice(0, 200),
    asked: `asked ${at} by ${request.requester.name}`,
    alt: `${title} took ${spokenDuration(timeline.ms)}. ${timelineLines(timeline, at).join('. ')}.`,
  };
}
