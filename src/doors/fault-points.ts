/** Called around every write with the step's name, so that a fault test can end the process there. */
export type At = (step: string) => unknown;

/** The same function with a fault point before it and one after it: `<name>.before`, `<name>.after`. */
export function around<A extends unknown[], R>(
  at: At | undefined,
  name: string,
  write: (...args: A) => Promise<R>,
): (...args: A) => Promise<R> {
  if (at === undefined) return write;
  return async (...args) => {
    await at(`${name}.before`);
    const result = await write(...args);
    await at(`${name}.after`);
    return result;
  };
}
