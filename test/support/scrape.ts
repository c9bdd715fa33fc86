export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** The samples of a page in the Prometheus text format; throws at a line that is none (prometheus.io/docs/instrumenting/exposition_formats). */
export function samplesOf(text: string): readonly Sample[] {
  return text.split('\n').flatMap((line) => {
    if (line === '' || /^# (HELP|TYPE) [a-z0-9_:]+ ./.test(line)) return [];
    const [, name, labels = '', value] = /^([a-z0-9_:]+)(?:\{(.*)\})? (-?[0-9.e+-]+|[Nn]a[Nn]|\+Inf)$/.exec(line) ?? [];
    if (name === undefined) throw new Error(`not a sample: ${line}`);
    const pairs = [...labels.matchAll(/([a-z0-9_]+)="((?:[^"\\]|\\.)*)",?/g)];
    return [
      { name, labels: Object.fromEntries(pairs.map(([, label = '', of = '']) => [label, of])), value: Number(value) },
    ];
  });
}
