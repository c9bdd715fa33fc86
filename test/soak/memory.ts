interface Sample {
  readonly hour: number;
  readonly mb: number;
}

/** How much memory each process takes, over time; a process that was started anew begins anew. */
export function createMemory(residentMb: (name: string) => number | null, hour: () => number) {
  const samples = new Map<string, Sample[]>();
  return {
    sample: (names: readonly string[]): void => {
      for (const name of names) {
        const mb = residentMb(name);
        if (mb !== null) samples.set(name, [...(samples.get(name) ?? []), { hour: hour(), mb }]);
      }
    },
    last: (): string => [...samples].map(([name, own]) => `${name} ${own.at(-1)?.mb} MB`).join(', '),
    /** Of each process, what it took when `fromHour` had passed, and at the end. */
    report: (fromHour: number): string[] =>
      [...samples].map(([name, own]) => {
        const [first, ...later] = own.filter((each) => each.hour >= fromHour);
        const last = later.at(-1);
        if (first === undefined || last === undefined) return `memory of ${name}: too short to tell`;
        const growth = ((last.mb / first.mb - 1) * 100).toFixed(1);
        return `memory of ${name}: ${first.mb} MB after ${first.hour.toFixed(2)} h, ${last.mb} MB after ${last.hour.toFixed(2)} h, ${growth} %`;
      }),
  };
}
