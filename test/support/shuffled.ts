import type { Line, Recording } from './replay.ts';

type Event = Line & { readonly object: NonNullable<Line['object']> };

/**
 * The same events in another order, as separate watches may bring them: each kind late by its own, changing lag, and now and then as a
 * list does: only the last state of each object, all at once, in no order.
 */
export function shuffled(recording: Recording, random: () => number, longestMs: number): Recording {
  const events = recording.lines.filter(isEvent);
  const others = recording.lines.filter((line) => !isEvent(line));
  const late = [...Map.groupBy(events, ({ object }) => object.kind).values()].flatMap((kind) =>
    lagged(relisted(kind, random), random, longestMs),
  );
  return { ...recording, lines: [...others, ...late].toSorted((a, b) => (a.t ?? 0) - (b.t ?? 0)) };
}

function isEvent(line: Line): line is Event {
  return line.object !== undefined;
}

function lagged(events: readonly Event[], random: () => number, longestMs: number): Event[] {
  let reached = 0;
  let lag = random() * longestMs;
  return events.map((event, index) => {
    // A list comes at once.
    if (events[index - 1]?.together !== true && random() < 0.2) lag = random() * longestMs;
    reached = Math.max(reached, (event.t ?? 0) + Math.floor(lag));
    return { ...event, t: reached };
  });
}

/** Some stretches of the events of one kind as a list tells them, after the watch was away. */
function relisted(events: readonly Event[], random: () => number): Event[] {
  const told: Event[] = [];
  for (let at = 0; at < events.length; ) {
    const length = random() < 0.1 ? 2 + Math.floor(random() * 10) : 1;
    const stretch = events.slice(at, at + length);
    const last = new Map(
      stretch.map((event) => [`${event.object.metadata.namespace}/${event.object.metadata.name}`, event]),
    );
    const t = stretch.at(-1)?.t ?? 0;
    const states = [...last.values()].map((event) => ({ event, rank: random() })).toSorted((a, b) => a.rank - b.rank);
    told.push(...states.map(({ event }, index) => ({ ...event, t, together: index < states.length - 1 })));
    at += length;
  }
  return told;
}
