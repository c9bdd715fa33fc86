/**
 * Runs the work one at a time: asked for meanwhile, it runs once more afterwards, so that no request is lost. The promise settles when
 * nothing is left to do. The work must not reject.
 */
export function oneAtATime(work: () => Promise<void>): {
  readonly ask: () => Promise<void>;
  readonly idle: () => Promise<void>;
} {
  let running: Promise<void> | null = null;
  let again = false;
  const run = async (): Promise<void> => {
    do {
      again = false;
      await work();
    } while (again);
    // In one go with the last look at `again`: whoever asks from here on starts anew.
    running = null;
  };
  return {
    ask: () => {
      again = true;
      running ??= run();
      return running;
    },
    idle: () => running ?? Promise.resolve(),
  };
}
