import { isMap, isScalar } from '../../doors/yaml.ts';
import type { Place } from '../../vocabulary/change.ts';
import { openYaml } from '../open-yaml.ts';
import { scalarAt } from '../splice.ts';
import { type Located, located } from './located.ts';

type HelmValue = Extract<Place, { kind: 'helm-value' }>;

function releasesIn(text: string) {
  const opened = openYaml(text);
  if (opened.kind === 'refused') return { because: opened.because };
  return opened.documents
    .map(({ contents }) => contents)
    .filter((root) => isMap(root) && root.get('kind') === 'HelmRelease');
}

/** A dotted path below `spec.values` of a HelmRelease, or of a patch of one. */
export function locateHelmValue(place: HelmValue, text: string): Located {
  const releases = releasesIn(text);
  if (!Array.isArray(releases)) return { kind: 'refused', because: `${place.path}: ${releases.because}` };
  const own = releases.filter(
    (root) => isMap(root) && (place.release === undefined || root.getIn(['metadata', 'name']) === place.release),
  );
  const [root] = own;
  if (!isMap(root))
    return {
      kind: 'missing',
      because: `${place.path} holds no HelmRelease${place.release === undefined ? '' : ` ${place.release}`}`,
    };
  if (own.length > 1) return { kind: 'refused', because: `${place.path} holds ${own.length} HelmReleases; name one` };
  const find = (dotted: string) => {
    const parts = dotted.split('.');
    const parent = root.getIn(['spec', 'values', ...parts.slice(0, -1)], true) as unknown;
    return scalarAt(parent, parts.at(-1) ?? '');
  };
  const tag = find(place.tag);
  const digest = place.digest === undefined ? null : find(place.digest);
  if (tag === null) return { kind: 'missing', because: `${place.path} has no spec.values.${place.tag}` };
  if (tag.kind === 'refused') return { kind: 'refused', because: `${place.path}: ${tag.because}` };
  if (digest?.kind === 'refused') return { kind: 'refused', because: `${place.path}: ${digest.because}` };
  const opened = openYaml(text);
  return located(place.path, text, opened.kind === 'opened' ? opened.documents : [], tag.scalar, digest?.scalar);
}

/** The usual `spec.values.image.tag` of each HelmRelease in a file. */
export function helmValuesIn(path: string, text: string): HelmValue[] {
  const releases = releasesIn(text);
  if (!Array.isArray(releases)) return [];
  return releases.flatMap((root): HelmValue[] => {
    if (!isMap(root) || !isScalar(root.getIn(['spec', 'values', 'image', 'tag'], true))) return [];
    const name = root.getIn(['metadata', 'name']);
    const digest = isScalar(root.getIn(['spec', 'values', 'image', 'digest'], true)) ? { digest: 'image.digest' } : {};
    return [
      {
        kind: 'helm-value',
        path,
        ...(releases.length > 1 && typeof name === 'string' ? { release: name } : {}),
        tag: 'image.tag',
        ...digest,
      },
    ];
  });
}
