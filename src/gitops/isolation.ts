import type { RepositoryConfig } from '../config.ts';
import { Refusal } from '../doors/errors.ts';

export type RepositorySettings = RepositoryConfig & { readonly secret?: string };

/** What a machine behind a proxy or with its own authorities needs; nothing else of its environment reaches git. */
const passedOn = ['http_proxy', 'https_proxy', 'no_proxy', 'all_proxy', 'HTTPS_PROXY', 'NO_PROXY', 'ALL_PROXY'];

/** A Refusal for the address of a repository that git could read as an option or a helper, or that holds a password. */
export function refuseAddress(name: string, url: string): void {
  const isKnown = /^(https?|ssh|file):\/\/[^-]/.test(url) || /^[\w.][\w.-]*@[\w.][\w.-]*:(?!:)/.test(url);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused here
  if (/[\u0000-\u0020\u007f]/.test(url) || !(isKnown || url.startsWith('/')))
    throw new Refusal(
      `repositories.${name}.url is not an address that Sluice takes. Write https://…, ssh://…, git@host:path or file://….`,
    );
  if (/^[a-z]+:\/\/[^/@]*:[^/@]*@/.test(url))
    throw new Refusal(
      `repositories.${name}.url holds a password, which would end up in files. Name it: password: { env: GIT_TOKEN }, and change the one that was written down.`,
    );
}

/**
 * Git cut off from the machine's own configuration, hooks, prompts and unlisted protocols. Credentials travel in the
 * environment of the child alone: not in its arguments, not in a file.
 */
export function gitEnvironment(settings: RepositorySettings): Record<string, string> {
  const options: [string, string][] = [
    ['core.hooksPath', '/dev/null'],
    ['gc.auto', '0'],
    ['maintenance.auto', 'false'],
    ['advice.detachedHead', 'false'],
    // A login must not follow to another host.
    ['http.followRedirects', 'false'],
    // A server that stops in the middle ends the helper too, which outlives a git that was ended by us.
    ['http.lowSpeedLimit', '1'],
    ['http.lowSpeedTime', '20'],
  ];
  if (settings.secret !== undefined && /^https?:/.test(settings.url)) {
    const login = Buffer.from(`${settings.username ?? 'sluice'}:${settings.secret}`).toString('base64');
    options.push([`http.${new URL(settings.url).origin}/.extraHeader`, `Authorization: Basic ${login}`]);
  }
  const environment: Record<string, string> = {
    PATH: process.env['PATH'] ?? '',
    HOME: '/nonexistent',
    LC_ALL: 'C',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    GIT_LITERAL_PATHSPECS: '1',
    GIT_ALLOW_PROTOCOL: 'https:http:ssh:file',
    GIT_SSH_COMMAND: sshCommand(settings),
    GIT_CONFIG_COUNT: String(options.length),
  };
  options.forEach(([name, value], index) => {
    environment[`GIT_CONFIG_KEY_${index}`] = name;
    environment[`GIT_CONFIG_VALUE_${index}`] = value;
  });
  const certificates = process.env['GIT_SSL_CAINFO'] ?? process.env['SSL_CERT_FILE'];
  if (certificates !== undefined) environment['GIT_SSL_CAINFO'] = certificates;
  for (const name of passedOn) {
    const value = process.env[name];
    if (value !== undefined) environment[name] = value;
  }
  return environment;
}

/** Host keys are checked and nobody is asked for anything, also where the key is the machine's own. */
function sshCommand({ sshKey, knownHosts }: RepositorySettings): string {
  const quoted = (path: string) => `'${path.replaceAll("'", "'\\''")}'`;
  return [
    'ssh',
    ...(sshKey === undefined ? [] : ['-i', quoted(sshKey), '-o IdentitiesOnly=yes']),
    '-o BatchMode=yes -o StrictHostKeyChecking=yes',
    '-o ConnectTimeout=10 -o ServerAliveInterval=10 -o ServerAliveCountMax=2',
    ...(knownHosts === undefined ? [] : ['-o', `UserKnownHostsFile=${quoted(knownHosts)}`]),
  ].join(' ');
}
