import { unknownName } from '../doors/nearest.ts';
import type { CrossProblem, PolicyLines } from './cross-problem.ts';
import type { AutoRelease } from './lines/auto-release.ts';
import { serviceOfBoth } from './overlap.ts';
import type { Policy } from './policy-file.ts';

type Lines = Pick<PolicyLines, 'environments' | 'services' | 'policies'>;

/** Environments that are not there, and lines that would put two branches of one service into one environment in turns. */
export function autoReleaseProblems(file: Lines): readonly CrossProblem[] {
  const lines = file.policies.flatMap((line, index) => (line.kind === 'auto-release' ? [{ line, index }] : []));
  const environments = Object.keys(file.environments);
  return lines.flatMap(({ line, index }) => {
    const path = ['policies', index];
    if (!environments.includes(line.environment))
      return [{ path: [...path, 'environment'], message: unknownName('environments', line.environment, environments) }];
    const other = lines.find(
      (each) =>
        each.index < index &&
        each.line.environment === line.environment &&
        each.line.branch !== line.branch &&
        serviceOfBoth(each.line, line, file) !== null,
    );
    if (other === undefined) return [];
    const service = serviceOfBoth(other.line, line, file);
    const message = `sends ${line.branch} of ${service} to ${line.environment}, and ${nameOf(other.line, other.index, file.policies)} sends ${other.line.branch} there; one branch of a service goes by itself`;
    return [{ path: [...path, 'branch'], message }];
  });
}

function nameOf({ name }: AutoRelease, index: number, policies: readonly Policy[]): string {
  if (name !== undefined) return name;
  const nth = policies.slice(0, index + 1).filter(({ kind }) => kind === 'auto-release').length;
  return `auto-release line ${nth}`;
}
