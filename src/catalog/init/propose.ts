import { dirname } from 'node:path/posix';
import { problemLines } from '../../doors/yaml.ts';
import { checkSluiceFile, type SluiceFile } from '../../sluice-yaml.ts';
import { fillTemplate, templateOf } from '../place-forms.ts';
import { layoutOf } from './layout.ts';
import { type Draft, renderSluiceFile } from './render.ts';
import { createResolve, type PlaceReaders, type Resolve } from './resolves.ts';
import { guessServices, type ServiceGuess } from './service-guesses.ts';
import { type Leftover, look, type RepositoryFile } from './sightings.ts';

/**
 * Proposes a `sluice.yaml` for the files of a GitOps repository; null where no version was seen in any environment.
 * Every place in it was looked up as a release would look it up; what could not be placed is said at its end. Services
 * whose folders are alike are left to `discover`.
 */
export async function proposeSluiceFile(
  files: readonly RepositoryFile[],
  readers: PlaceReaders,
): Promise<string | null> {
  const seen = look(files, readers.placesIn);
  const { environments, templateOf: placed } = layoutOf(seen);
  const guessed = guessServices(seen, { environments, templateOf: placed });
  const draft: Draft = {
    environments,
    discover: null,
    named: guessed.services,
    leftovers: [...seen.leftovers, ...guessed.leftovers],
  };
  if (draft.named.length === 0) return null;
  const resolve = createResolve(files, readers);
  const found = await withoutUnreadable(resolve, draft);
  if (found.named.length === 0) return null;
  const proposal = renderSluiceFile(await withDiscovery(resolve, found));
  read(proposal);
  return proposal;
}

function read(text: string): SluiceFile {
  const parsed = checkSluiceFile(text, 'sluice.yaml');
  if (parsed.kind === 'parsed') return parsed.value;
  throw new Error(`the proposal is not valid: ${problemLines(parsed.problems)}`);
}

/** A version that Flux fills in, or a file that is encrypted, is seen but cannot be written. */
async function withoutUnreadable(resolve: Resolve, draft: Draft): Promise<Draft> {
  const file = read(renderSluiceFile(draft));
  const named: ServiceGuess[] = [];
  const leftovers: Leftover[] = [...draft.leftovers];
  for (const service of draft.named) {
    const environments: string[] = [];
    for (const environment of service.environments) {
      const found = await resolve(file, service.name, environment);
      if (typeof found === 'string') leftovers.push({ about: `${service.name} in ${environment}`, because: found });
      else environments.push(environment);
    }
    if (environments.length > 0) named.push({ ...service, environments });
  }
  return { ...draft, named, leftovers };
}

/** The layout that most services share, for those that are found by it in just the places where they were seen. */
async function withDiscovery(resolve: Resolve, draft: Draft): Promise<Draft> {
  const counts = new Map<string, number>();
  for (const service of draft.named) {
    const folder = folderOf(service);
    if (folder !== null) counts.set(folder, (counts.get(folder) ?? 0) + 1);
  }
  const [discover, count] = [...counts].toSorted(([, a], [, b]) => b - a)[0] ?? ['', 0];
  if (count < 2) return draft;
  const alike = draft.named.filter((service) => folderOf(service) === discover);
  const others = draft.named.filter((service) => !alike.includes(service));
  const file = read(renderSluiceFile({ ...draft, discover, named: others }));
  const named = [...others];
  for (const service of alike) {
    const [form] = service.forms;
    for (const environment of service.environments) {
      const found = await resolve(file, service.name, environment);
      const seen = form === undefined ? '' : fillTemplate(templateOf(form), { environment, service: service.name });
      if (found.length === 1 && found[0] === seen) continue;
      named.push(service);
      break;
    }
  }
  const isWorthIt = named.length < draft.named.length - 1;
  return isWorthIt ? { ...draft, discover, named: named.toSorted((a, b) => (a.name < b.name ? -1 : 1)) } : draft;
}

/** `apps/{environment}/{service}` of a service with one place, of a kind that a folder shows by itself. */
function folderOf({ name, forms }: ServiceGuess): string | null {
  const [form, ...more] = forms;
  if (form === undefined || more.length > 0) return null;
  if (!('kustomize' in form || 'manifest' in form || ('helm' in form && form.tag === 'image.tag'))) return null;
  const parts = dirname(templateOf(form)).split('/');
  if (!parts.includes('{environment}') || parts.filter((part) => part === name).length !== 1) return null;
  return parts.map((part) => (part === name ? '{service}' : part)).join('/');
}
