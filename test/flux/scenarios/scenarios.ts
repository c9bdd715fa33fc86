import { drifts } from './drifts.ts';
import { helm } from './helm.ts';
import { kustomizations } from './kustomizations.ts';
import { operators } from './operators.ts';
import { rollouts } from './rollouts.ts';
import type { Scenario } from './scenario.ts';
import { sources } from './sources.ts';

/** One table for the simulation and the real thing: where they differ, the simulation is wrong. */
export const scenarios: readonly Scenario[] = [
  ...rollouts,
  ...kustomizations,
  ...sources,
  ...drifts,
  ...helm,
  ...operators,
];
