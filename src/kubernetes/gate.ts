/**
 * Lets so many in at once, in the order they came. Who stays for longer than `longestMs` does not count any more, so that nothing that
 * hangs holds up the others.
 */
export function createGate(places: number, longestMs: number) {
  let inside = 0;
  const waiting: (() => void)[] = [];
  return {
    /** Settles when there is a place, with what gives it back; called again, that does nothing. */
    enter: async (): Promise<() => void> => {
      if (inside < places) inside += 1;
      else await new Promise<void>((resolve) => waiting.push(resolve));
      let left = false;
      const leave = () => {
        if (left) return;
        left = true;
        clearTimeout(timer);
        // The place goes on to the next one, or is free.
        const next = waiting.shift();
        if (next === undefined) inside -= 1;
        else next();
      };
      const timer = setTimeout(leave, longestMs);
      return leave;
    },
  };
}
