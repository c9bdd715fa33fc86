import type { GitServer } from './git.ts';
import { imageOf } from './seed/versions.ts';

export type OutsideCommit = 'another file' | 'neighbour' | 'own line' | 'broken build';

/** Somebody who does not use Sluice pushes to the same branch. Returns the commit. */
export function commitFromOutside(git: GitServer, kind: OutsideCommit, service: string, environment: string): string {
  const author = 'Olu Okafor <olu@acme.test>';
  if (kind === 'another file') {
    const notes = git.read('NOTES.md') ?? '# Notes\n';
    return git.commit({ 'NOTES.md': `${notes}- a line from outside\n` }, { message: 'Note something\n', author });
  }
  const shared = service === 'web' || service === 'api';
  const path =
    service === 'search'
      ? `apps/${environment}/search/release.yaml`
      : `apps/${environment}/${shared ? 'shop' : service}/kustomization.yaml`;
  const text = git.read(path) ?? '';
  if (kind === 'broken build') return toggleBuild(git, path.replace('release.yaml', 'kustomization.yaml'), author);
  const neighbour = service === 'web' ? 'api' : 'web';
  const target = kind === 'own line' ? service : shared ? neighbour : service;
  const tag = new RegExp(
    service === 'search' ? /(tag: )(\S+)/ : `(name: ${imageOf(target).replaceAll('.', '\\.')}\\n\\s+newTag: )(\\S+)`,
  );
  const edited = text.replace(tag, (_, before: string, version: string) => `${before}${otherVersion(target, version)}`);
  if (edited === text) throw new Error(`${path} has no line of ${target} to change`);
  return git.commit({ [path]: edited }, { message: `Change ${target} in ${environment} by hand\n`, author });
}

const missing = 'resources: [missing.yaml] # by hand\n';

/** Breaks what kustomize builds, or mends what was broken so. */
function toggleBuild(git: GitServer, path: string, author: string): string {
  const text = git.read(path) ?? '';
  const before = /^# was (.*)\n(?:# was .*\n)*resources: \[missing\.yaml\].*\n/m.test(text)
    ? text.replace(missing, '').replaceAll(/^# was /gm, '')
    : null;
  if (before !== null) return git.commit({ [path]: before }, { message: 'Mend the build\n', author });
  const broken = text.replace(
    /^resources:.*\n(?: +- .*\n)*/m,
    (lines) => `${lines.replaceAll(/^/gm, '# was ').replace(/# was $/, '')}${missing}`,
  );
  return git.commit({ [path]: broken }, { message: 'Break the build\n', author });
}

const others: Readonly<Record<string, readonly string[]>> = {
  web: ['1.3.9', '1.4.0'],
  api: ['2.7.0', '2.7.1'],
  search: ['3.0.4', '3.1.0'],
  checkout: ['0.9.3', '0.9.4'],
  payments: ['5.2.0', '5.2.1'],
  mail: ['1.12.0', '1.12.1'],
};

function otherVersion(service: string, version: string): string {
  return (others[service] ?? []).find((each) => each !== version) ?? '0.0.1';
}
