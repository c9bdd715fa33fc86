import { describe, expect, test } from 'vitest';
import { metricsPage } from '../../src/commands/reference-page.ts';
import { createMetrics } from '../../src/doors/metrics.ts';
import { metricsTable } from '../../src/doors/metrics-table.ts';
import { samplesOf } from '../support/scrape.ts';

describe('the table of metrics', () => {
  test.each(Object.entries(metricsTable))('%s is named as Prometheus names its like, and told', (name, row) => {
    expect(name).toMatch(/^sluice_[a-z_]+$/);
    if (row.type === 'counter') expect(name).toMatch(/_total$/);
    else expect(name).not.toMatch(/_total$/);
    if (row.type === 'histogram') expect(name).toMatch(/_seconds$/);
    expect(row.says.length).toBeGreaterThan(20);
    expect(row.look.length).toBeGreaterThan(20);
  });

  test('is the page about metrics, a row each', () => {
    const rows = metricsPage(metricsTable)
      .split('\n')
      .filter((line) => line.startsWith('| `'));
    expect(rows).toHaveLength(Object.keys(metricsTable).length);
    expect(new Set(rows.map((row) => row.match(/(?<!\\)\|/g)?.length))).toEqual(new Set([6]));
  });

  test('is what is registered, with the same words', async () => {
    const text = await createMetrics().text();
    for (const [name, { type, says }] of Object.entries(metricsTable)) {
      expect(text).toContain(`# HELP ${name} ${says}\n# TYPE ${name} ${type}\n`);
    }
    expect(text).toContain('process_resident_memory_bytes');
  });
});

describe('a metric', () => {
  const read = async (metrics: ReturnType<typeof createMetrics>, name: string) =>
    samplesOf(await metrics.text()).filter((sample) => sample.name === name);

  test('counts by its labels, whatever they hold', async () => {
    const metrics = createMetrics();
    const labels = { repository: 'a"b\\c\nd', outcome: 'pushed' };
    metrics.count('sluice_git_pushes_total', labels);
    metrics.count('sluice_git_pushes_total', labels);
    expect(await read(metrics, 'sluice_git_pushes_total')).toEqual([
      { name: 'sluice_git_pushes_total', labels: { repository: 'a\\"b\\\\c\\nd', outcome: 'pushed' }, value: 2 },
    ]);
  });

  test('never grows without end', async () => {
    const metrics = createMetrics();
    for (let index = 0; index < 5_000; index += 1)
      metrics.count('sluice_slack_calls_total', { method: `${index}${'x'.repeat(100)}`, outcome: 'answered' });
    const samples = await read(metrics, 'sluice_slack_calls_total');
    expect(samples.length).toBeLessThan(310);
    expect(samples.find(({ labels }) => labels['method'] === 'other')?.value).toBe(4_700);
    expect(Math.max(...samples.map(({ labels }) => labels['method']?.length ?? 0))).toBeLessThanOrEqual(80);
  });

  test('shows what is the case now, and nothing of before', async () => {
    const metrics = createMetrics();
    const drift = (cluster: string) => ({ labels: { cluster, signal: 'edit' }, value: 1 });
    metrics.show('sluice_drifts_open', [drift('dev'), drift('dev'), drift('prod')]);
    expect((await read(metrics, 'sluice_drifts_open')).map(({ value }) => value)).toEqual([2, 1]);
    metrics.show('sluice_drifts_open', [drift('prod')]);
    expect(await read(metrics, 'sluice_drifts_open')).toHaveLength(1);
    metrics.show('sluice_messages_waiting', [{ labels: {}, value: 3 }]);
    expect(await read(metrics, 'sluice_messages_waiting')).toMatchObject([{ value: 3 }]);
    metrics.show('sluice_messages_waiting', []);
    expect(await read(metrics, 'sluice_messages_waiting')).toEqual([]);
  });
});
