import { isObject } from '../../src/playground/cluster/json.ts';
import { type Api, patchObject, pathOf } from './api.ts';
import type { Game } from './game.ts';
import { filesOf, imageOf, type Place, pathsOf } from './scenarios/repository.ts';
import type { OperatorCondition, Step } from './scenarios/scenario.ts';

/** Does one thing to the repository, to live objects or to what pods become. */
export async function act(game: Game, step: Extract<Step, { do: string }>): Promise<void> {
  const { stage, git } = game;
  const { place, api } = stage;
  switch (step.do) {
    case 'push': {
      game.units = step.units ?? game.units;
      game.versions = { ...game.versions, ...step.versions };
      game.extra = { ...game.extra, ...step.files };
      const files = { ...filesOf(place, game.units, game.versions), ...game.extra };
      const said = Object.entries(step.versions).map(([service, version]) => `${service} ${version}`);
      await git.commit(fill(place, files), said.length > 0 ? `Release ${said.join(' and ')}` : 'Change', step.forced);
      written(game);
      return await stage.poke();
    }
    case 'patch': {
      const path = `${objectPath(place, step.object)}${step.scale ? '/scale' : ''}`;
      const change: unknown = JSON.parse(filled(place, JSON.stringify(step.patch)));
      const strategic = step.object.startsWith('Deployment/') && step.scale !== true;
      await patchObject(api, path, Object(change), { manager: step.manager, strategic });
      return step.object.startsWith('GitRepository/') ? await stage.poke() : undefined;
    }
    case 'delete':
      return void (await api.must('DELETE', objectPath(place, step.object)));
    case 'reconcile': {
      const annotations = { 'reconcile.fluxcd.io/requestedAt': new Date().toISOString() };
      const by = { manager: 'flux', strategic: false };
      return await patchObject(api, objectPath(place, step.object), { metadata: { annotations } }, by);
    }
    case 'source':
      await git.answer(step.answers);
      return await stage.poke();
    case 'operator':
      return await writeStatus(api, objectPath(place, step.object), step.conditions);
    case 'pods':
      stage.decide(`${imageOf(place, step.service)}:${step.version}`, step.become);
      return await replacePods(api, place, step.service);
  }
}

/** As an operator does that says which generation it has looked at. */
async function writeStatus(api: Api, path: string, conditions: readonly OperatorCondition[]): Promise<void> {
  const object: unknown = await api.get(path);
  const metadata = isObject(object) ? object['metadata'] : undefined;
  const generation = isObject(metadata) ? metadata['generation'] : undefined;
  const lastTransitionTime = `${new Date().toISOString().slice(0, 19)}Z`;
  const written = conditions.map(([type, status, reason, message = '']) => {
    return { type, status, reason, message, observedGeneration: generation, lastTransitionTime };
  });
  const change = { status: { observedGeneration: generation, conditions: written } };
  await patchObject(api, `${path}/status`, change, { manager: 'site-operator', strategic: false });
}

export function objectPath(place: Place, object: string): string {
  const [kind = '', name = ''] = object.split('/');
  return pathOf(kind, kind === 'Kustomization' || kind === 'GitRepository' ? place.flux : place.name, name);
}

async function replacePods(api: Api, place: Place, service: string): Promise<void> {
  const list: unknown = await api.get(`${pathOf('Pod', place.name)}?labelSelector=app%3D${service}`);
  const items = isObject(list) && Array.isArray(list['items']) ? list['items'] : [];
  for (const pod of items) {
    const metadata = isObject(pod) ? pod['metadata'] : undefined;
    if (isObject(metadata)) await api.call('DELETE', pathOf('Pod', place.name, String(metadata['name'])));
  }
}

/** Tells Sluice what main holds now. */
export function written(game: Game): void {
  const { place } = game.stage;
  const services = Object.entries(game.versions).filter(([service]) => pathsOf(place, game.units, service).length > 0);
  const held = services.map(([service, version]) => {
    return { service, version, image: imageOf(place, service), paths: pathsOf(place, game.units, service) };
  });
  for (const [title, id] of game.watch.wrote(game.git.head(), held)) game.releases.set(title, id);
}

/** `{place}` and `{image:web}` stand for names that differ with the place. */
export function filled(place: Place, text: string): string {
  return text
    .replaceAll('{place}', place.name)
    .replaceAll(/\{image:(\w+)\}/g, (_, name: string) => imageOf(place, name));
}

export function fill(place: Place, files: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(files).map(([file, text]) => [file, filled(place, text)]));
}
