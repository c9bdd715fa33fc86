import { Retryable } from '../doors/errors.ts';
import { own } from '../doors/own.ts';
import type { SluiceFile, Snapshot } from '../sluice-yaml.ts';
import type { Artifact } from '../vocabulary/artifact.ts';
import { automatic, type Person } from '../vocabulary/person.ts';
import { holdsForService } from '../vocabulary/scope.ts';
import type { AutoRelease } from './lines/auto-release.ts';

/** The environments that an artifact goes to by itself, each once, with the channel where that is told. */
export function autoReleaseTargets(
  file: SluiceFile,
  { service, branch }: Pick<Artifact, 'service' | 'branch'>,
): readonly { readonly environment: string; readonly channel: string }[] {
  const names = file.policies.flatMap((line) =>
    line.kind === 'auto-release' && lets(line, service, branch, file) ? [line.environment] : [],
  );
  return [...new Set(names)].flatMap((environment) => {
    const channel = own(file.environments, environment)?.channel;
    return channel === undefined ? [] : [{ environment, channel }];
  });
}

/** Whether a line lets the builds of a branch of a service go. */
export function lets(line: AutoRelease, service: string, branch: string, file: SluiceFile): boolean {
  return line.branch === branch && holdsForService(line, service, file);
}

/** The actor of a release that no person asked for, with the author of the artifact as its name: nobody approves their own work. */
function automaticRequester({ author }: Pick<Artifact, 'author'>): Person {
  const { name = author, email } = /^(?<name>.*)<(?<email>[^<>\s]+@[^<>\s]+)>$/.exec(author.trim())?.groups ?? {};
  return { user: automatic, name: name.trim() || 'an unknown author', ...(email === undefined ? {} : { email }) };
}

/** By the last good file where the present one is not valid: what it lets go is held until that is. Throws Retryable without any. */
export function autoReleases(snapshot: Snapshot, artifact: Artifact) {
  const file = snapshot.kind === 'valid' ? snapshot.file : snapshot.lastGood?.file;
  if (file === undefined) throw new Retryable('sluice.yaml cannot be read, so nobody knows whether it goes by itself');
  return { requester: automaticRequester(artifact), targets: autoReleaseTargets(file, artifact) };
}
