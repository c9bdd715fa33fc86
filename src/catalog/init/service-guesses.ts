import type { FilePlace } from '../../vocabulary/change.ts';
import type { PlaceForm } from '../place-forms.ts';
import type { Layout } from './layout.ts';
import type { Leftover, Seen } from './sightings.ts';

export interface ServiceGuess {
  readonly name: string;
  readonly forms: readonly PlaceForm[];
  readonly environments: readonly string[];
}

interface Form {
  readonly service: string;
  readonly form: PlaceForm;
  readonly environments: ReadonlySet<string>;
}

/** Puts what was seen of one service in several environments together, with a form for each place. */
export function guessServices(
  { sightings }: Pick<Seen, 'sightings'>,
  layout: Layout,
): { readonly services: readonly ServiceGuess[]; readonly leftovers: readonly Leftover[] } {
  const leftovers: Leftover[] = [];
  const forms = new Map<string, { service: string; form: PlaceForm; environments: Set<string> }>();
  for (const sighting of sightings) {
    const at = layout.templateOf(sighting.place.path);
    if (at === null) {
      leftovers.push({ about: sighting.place.path, because: shared(sighting.service) });
      continue;
    }
    const form = formOf(sighting.place, at.template);
    const key = JSON.stringify([sighting.service, form]);
    const known = forms.get(key) ?? { service: sighting.service, form, environments: new Set() };
    known.environments.add(at.environment);
    forms.set(key, known);
  }
  const names = [...new Set([...forms.values()].map(({ service }) => service))].toSorted();
  const services = names.flatMap((name) => {
    const own = [...forms.values()].filter(({ service }) => service === name);
    const { kept, left } = together(name, own);
    leftovers.push(...left);
    return kept;
  });
  return { services, leftovers };
}

function shared(service: string): string {
  return `the version of ${service} there is in no folder of an environment or cluster: a change would be one of all`;
}

/** Every place of a service is there in every environment that it has: what is not cannot be said in one line. */
function together(name: string, forms: readonly Form[]): { kept: ServiceGuess[]; left: Leftover[] } {
  const images = [...new Set(forms.flatMap(({ form }) => ('image' in form ? [form.image] : [])))];
  const ofImage = (image: string | undefined) =>
    forms.filter(({ form }) => !('image' in form) || image === undefined || form.image === image);
  const own = ofImage(images[0]);
  const most = own.reduce<ReadonlySet<string>>(
    (largest, { environments }) => (environments.size > largest.size ? environments : largest),
    new Set(),
  );
  const isWhole = ({ environments }: Form) =>
    environments.size === most.size && [...environments].every((each) => most.has(each));
  const left = forms
    .filter((each) => !own.includes(each) || !isWhole(each))
    .map(({ form, environments }) => ({
      about: Object.values(form)[0] ?? '',
      because: own.some((each) => each.form === form)
        ? `${name} stands there in ${[...environments].join(', ')} alone, and elsewhere in ${[...most].join(', ')}`
        : `another image is called ${name} too (${'image' in form ? form.image : ''}); give it a name of its own`,
    }));
  const kept = own.filter(isWhole).map(({ form }) => form);
  return { kept: [{ name, forms: kept, environments: [...most] }], left };
}

function formOf(place: FilePlace, template: string): PlaceForm {
  const digest = 'digest' in place && place.digest !== undefined ? { digest: place.digest } : {};
  switch (place.kind) {
    case 'kustomize-image':
      return { kustomize: template, image: place.image };
    case 'container-image':
      return { manifest: template, image: place.image };
    case 'setter-marker':
      return { marker: template, policy: place.policy };
    case 'env-value':
      return { env: template, variable: place.variable, ...digest };
    case 'helm-value':
      return {
        helm: template,
        ...(place.release === undefined ? {} : { release: place.release }),
        tag: place.tag,
        ...digest,
      };
    case 'yaml-value':
      return {
        yaml: template,
        ...(place.object === undefined ? {} : { object: place.object }),
        ...(place.inside === undefined ? {} : { inside: place.inside }),
        tag: place.tag,
        ...digest,
      };
  }
}
