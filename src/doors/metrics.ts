import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import {
  type CounterName,
  type GaugeName,
  type HistogramName,
  type LabelsOf,
  type MetricName,
  metricsTable,
} from './metrics-table.ts';

/** Whatever comes, no metric grows beyond so many series: the rest is `other`. */
const seriesLimit = 300;
const labelLimit = 80;

export type Metrics = ReturnType<typeof createMetrics>;

/** The metrics of one process, under the names of the table, and those of Node under their usual ones. */
export function createMetrics() {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const counters = new Map<string, Counter>();
  const gauges = new Map<string, Gauge>();
  const histograms = new Map<string, Histogram>();
  for (const [name, row] of Object.entries(metricsTable)) {
    const options = { name, help: row.says, labelNames: [...row.labels], registers: [registry] };
    if (row.type === 'counter') counters.set(name, new Counter(options));
    else if (row.type === 'gauge') gauges.set(name, new Gauge(options));
    else histograms.set(name, new Histogram({ ...options, buckets: [...row.buckets] }));
  }
  const series = new Map<string, Set<string>>();

  const bounded = (name: MetricName, labels: Readonly<Record<string, string>>): Record<string, string> => {
    const cut = Object.fromEntries(Object.entries(labels).map(([label, value]) => [label, value.slice(0, labelLimit)]));
    const known = series.get(name) ?? new Set();
    series.set(name, known);
    const id = JSON.stringify(Object.values(cut));
    if (known.has(id)) return cut;
    if (known.size >= seriesLimit) return Object.fromEntries(Object.keys(cut).map((label) => [label, 'other']));
    known.add(id);
    return cut;
  };

  return {
    count: <N extends CounterName>(name: N, labels: LabelsOf<N>): void => {
      counters.get(name)?.inc(bounded(name, labels));
    },
    observe: <N extends HistogramName>(name: N, labels: LabelsOf<N>, seconds: number): void => {
      histograms.get(name)?.observe(bounded(name, labels), Math.max(0, seconds));
    },
    /** What a gauge shows from now on, and nothing else: a series that is not named is gone. */
    show: <N extends GaugeName>(
      name: N,
      values: readonly { readonly labels: LabelsOf<N>; readonly value: number }[],
    ): void => {
      const gauge = gauges.get(name);
      // Reset, one without labels would show 0.
      if (metricsTable[name].labels.length === 0) gauge?.remove();
      else gauge?.reset();
      series.delete(name);
      for (const { labels, value } of values) gauge?.inc(bounded(name, labels), value);
    },
    contentType: registry.contentType,
    text: (): Promise<string> => registry.metrics(),
  };
}
