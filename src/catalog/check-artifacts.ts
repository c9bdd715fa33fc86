import type { TrustedJob } from '../artifact-settings.ts';
import { messageOf } from '../doors/errors.ts';
import type { Clock } from '../doors/time.ts';
import type { RegistryAccess } from '../registry-settings.ts';
import type { Finding } from '../vocabulary/finding.ts';
import { createIssuerKeys } from './callers/issuer-keys.ts';
import { foundArtifact } from './registry/found-artifact.ts';
import { readImage } from './registry/image-facts.ts';
import { createRegistryClient } from './registry/registry-client.ts';
import type { RegistryForm } from './registry/registry-form.ts';
import { listTags, versionTags } from './registry/tags.ts';

/** Whether the keys of each trusted issuer of CI tokens can be read. */
export function checkIssuers(jobs: readonly TrustedJob[], clock: Clock): Promise<Finding[]> {
  const issuers = new Map(jobs.map(({ issuer, jwks }) => [issuer, jwks]));
  return Promise.all(
    [...issuers].map(async ([issuer, jwks]): Promise<Finding> => {
      const about = `issuer ${issuer}`;
      const read = await createIssuerKeys(issuer, jwks, clock).current();
      if (read.kind === 'keys') return { about, level: 'ok', seen: `shows ${read.keys.keys.length} keys` };
      const mend = 'see that Sluice reaches it, or name its keys as jwks; until then no job of it can post';
      return { about, level: 'fail', seen: `its keys cannot be read: ${read.because}`, mend };
    }),
  );
}

/** Whether the registry of each service that names one can be read, and holds versions of it; the newest image is looked at. */
export function checkRegistries(
  registries: Readonly<Record<string, RegistryAccess>>,
  services: readonly { readonly service: string; readonly registry: RegistryForm }[],
  clock: Clock,
): Promise<Finding[]> {
  return Promise.all(
    services.map(async ({ service, registry }): Promise<Finding> => {
      const about = `registry ${service}`;
      const [host = '', ...path] = registry.image.split('/');
      const access = Object.hasOwn(registries, host) ? registries[host] : undefined;
      if (access === undefined)
        return {
          about,
          level: 'fail',
          seen: `${host} is not named`,
          mend: `name ${host} under registries in the configuration`,
        };
      try {
        return { about, ...(await lookInto(access, path.join('/'), service, registry, clock)) };
      } catch (error) {
        const mend = 'see that Sluice reaches it and that its login may read';
        return { about, level: 'fail', seen: `${registry.image} cannot be read: ${messageOf(error)}`, mend };
      }
    }),
  );
}

async function lookInto(
  access: RegistryAccess,
  repository: string,
  service: string,
  registry: RegistryForm,
  clock: Clock,
): Promise<Omit<Finding, 'about'>> {
  const client = createRegistryClient(access, clock);
  const all = await listTags(client, repository);
  const versions = versionTags(all, registry.tags);
  const [newest] = versions;
  if (newest === undefined) {
    const seen = `${registry.image} has ${all.length} tags, and none of them matches ${registry.tags}`;
    return { level: 'warn', seen, mend: `mend tags in services.${service}.registry of sluice.yaml` };
  }
  const found = foundArtifact(service, newest, registry, await readImage(client, repository, newest), clock.now());
  if (found.kind === 'unfit') {
    const mend = 'let its build set the label org.opencontainers.image.revision to the full commit';
    return { level: 'warn', seen: `${registry.image}:${newest} is no artifact: ${found.because}`, mend };
  }
  return { level: 'ok', seen: `${registry.image} has ${versions.length} versions, the newest ${newest}` };
}
