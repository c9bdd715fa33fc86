import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createGitRemote, type GitRemote } from '../support/git-remote.ts';

/** G1: so many services in nested folders, and so many releases of different ones. */
export const services = 10_000;
export const queued = 1_000;
const loopRounds = 30;

const folderOf = (number: number) => `apps/group-${number % 100}/service-${number}`;
export const fileOf = (number: number) => `${folderOf(number)}/kustomization.yaml`;
export const imageOf = (number: number) => `registry.acme.test/service-${number}`;
const contentOf = (number: number, tag: string) =>
  `apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [../../base]\nimages:\n  - name: ${imageOf(number)}\n    newTag: ${tag}\n`;

/** A new repository with all services at 1.0.0. */
export function manyServices(): GitRemote {
  return createGitRemote(
    Object.fromEntries(Array.from({ length: services }, (_, number) => [fileOf(number), contentOf(number, '1.0.0')])),
  );
}

/** Releases a second of the usual shell loop: edit, `git commit [-S]`, `git push`, on a work tree of the same repository. */
export function commitAndPush(remote: GitRemote, key: string | null): number {
  const work = join(remote.folder, 'loop');
  const git = (...args: string[]) => execFileSync('git', args, { cwd: work, stdio: 'ignore' });
  execFileSync('git', ['clone', '--quiet', remote.path, work]);
  for (const [name, value] of [
    ['user.name', 'Loop'],
    ['user.email', 'loop@example.com'],
    ...(key === null
      ? []
      : [
          ['gpg.format', 'ssh'],
          ['user.signingKey', key],
        ]),
  ] as [string, string][])
    git('config', name, value);
  const begun = performance.now();
  for (let round = 0; round < loopRounds; round += 1) {
    const file = join(work, fileOf(services - 1 - round));
    writeFileSync(file, readFileSync(file, 'utf8').replace('1.0.0', '1.1.0'));
    git('commit', '--quiet', '--all', ...(key === null ? [] : ['-S']), '-m', `Release ${round}`);
    git('push', '--quiet', 'origin', 'HEAD:main');
  }
  rmSync(work, { recursive: true, force: true });
  return loopRounds / ((performance.now() - begun) / 1_000);
}

/** Both kinds of a bench, with a signing key made for it. */
export async function unsignedAndSigned(run: (name: string, key: string | null) => Promise<void>): Promise<void> {
  const keys = mkdtempSync(join(tmpdir(), 'sluice-key-'));
  const key = join(keys, 'key');
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key]);
  await run('unsigned', null);
  await run('signed', key);
  rmSync(keys, { recursive: true, force: true });
}
