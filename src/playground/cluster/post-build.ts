import { BuildError, setImage } from './build.ts';
import { isObject, type Json, type JsonObject, objectAt, objectsAt, textAt } from './json.ts';
import { nameOf, namespaceOf } from './store.ts';

/** What a Flux Kustomization itself changes in what was built: `spec.images`, then `spec.postBuild.substitute`. */
export function postBuild(objects: readonly JsonObject[], kustomization: JsonObject): readonly JsonObject[] {
  const images = objectsAt(kustomization, 'spec', 'images');
  const made = objects.map((object) => structuredClone(object));
  for (const object of made) for (const image of images) setImage(object, image);
  if (objectAt(kustomization, 'spec')['postBuild'] === undefined) return made;
  const values = objectAt(kustomization, 'spec', 'postBuild', 'substitute');
  return made.map((object) => {
    const where = `${textAt(object, 'kind') ?? '?'}/${namespaceOf(object)}/${nameOf(object)}`;
    const next = substituted(object, values, where);
    return isObject(next) ? next : object;
  });
}

function substituted(value: Json, values: JsonObject, where: string): Json {
  if (typeof value === 'string')
    return value.replaceAll(/\$\{(\w+)(?::[=-]([^}]*))?\}/g, (_, name: string, otherwise?: string) => {
      const found = values[name] ?? otherwise;
      if (found === undefined)
        throw new BuildError(
          'BuildFailed',
          `post build failed for '${where}': variable not set (strict mode): "${name}"`,
        );
      return String(found);
    });
  if (Array.isArray(value)) return value.map((item) => substituted(item, values, where));
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, substituted(member, values, where)]));
}
