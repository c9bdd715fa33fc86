import { describe, expect, test } from 'vitest';
import { play } from './play.ts';
import { playgroundStages } from './playground-stage.ts';
import { scenarios } from './scenarios/scenarios.ts';

const open = playgroundStages(20);

describe('the scenarios on clusters of the playground', { concurrent: true }, () => {
  test.each(scenarios)('$name: $story', async (scenario) => {
    const rows = await play(scenario, open, { name: scenario.name, flux: 'flux-system' });
    expect(rows.filter(({ ok }) => !ok)).toEqual([]);
  });
});
