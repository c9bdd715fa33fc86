import { awaitsStep, type Chain, type Release } from '../../vocabulary/release.ts';
import { foreign } from '../../words/blocks.ts';

/** `step 2 of 3: dev → *staging* → production`; null where it was asked for alone. */
export function chainWords(release: Release): string | null {
  const { chain } = release;
  if (chain === undefined) return null;
  const way = chain.environments
    .slice(0, 12)
    .map((name, index) => (index + 1 === chain.step ? `*${foreign(name, 80)}*` : foreign(name, 80)));
  // While it waits the title says which step it is.
  return awaitsStep(release) ? way.join(' → ') : `${placeIn(chain)}: ${way.join(' → ')}`;
}

/** `waits for staging (step 3 of 3)`. */
export function awaitsWords({ chain }: Release): string {
  const before = chain?.environments[chain.step - 2] ?? '';
  return `waits for ${foreign(before, 80)}${chain === undefined ? '' : ` (${placeIn(chain)})`}`;
}

function placeIn({ step, environments }: Chain): string {
  return `step ${step} of ${environments.length}`;
}
