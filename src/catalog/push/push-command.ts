import { resolve } from 'node:path';
import { z } from 'zod';
import { Refusal } from '../../doors/errors.ts';
import { pause } from '../../doors/time.ts';
import { type Checkout, openCheckout } from './checkout.ts';
import { type CiBuild, readCiBuild } from './ci-variables.ts';
import { historyOf } from './history.ts';
import { fetchJobToken } from './job-token.ts';
import { readManifests } from './manifests.ts';
import { countScan, readCounts } from './scan.ts';
import { type Patience, sendToSluice } from './send.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** What may be typed; `check` and `path` may come several times. */
export const pushOptions = {
  image: { type: 'string' },
  digest: { type: 'string' },
  branch: { type: 'string' },
  commit: { type: 'string' },
  author: { type: 'string' },
  'built-at': { type: 'string' },
  since: { type: 'string' },
  check: { type: 'string', multiple: true },
  vulnerabilities: { type: 'string' },
  scan: { type: 'string' },
  manifests: { type: 'string' },
  checkout: { type: 'string' },
  path: { type: 'string', multiple: true },
  url: { type: 'string' },
  audience: { type: 'string' },
} as const;

export type PushValues = {
  readonly [K in keyof typeof pushOptions]?: (K extends 'check' | 'path' ? readonly string[] : string) | undefined;
};

export interface PushPorts extends Patience {
  readonly environment: Environment;
  /** Where it was typed. */
  readonly folder: string;
  readonly readText: (file: string) => string;
}

const pushUsage = 'artifact push SERVICE [VERSION] --image IMAGE[:VERSION][@DIGEST]';
export const pushHelp = `npm start -- ${pushUsage}
  --digest sha256:…       of the image, where --image does not name it
  --branch NAME           default: the branch that GitHub Actions or GitLab CI builds, or that is checked out
  --commit REV            default: the commit that the CI builds, or HEAD
  --author "Name <mail>"  default: the author of the commit
  --built-at TIME         ISO 8601; default: now
  --since REV             where the commits begin; default: the last artifact of the branch that Sluice knows
  --check ci=passed       or failed, pending; several times
  --scan FILE             the JSON report of Trivy or Grype; or --vulnerabilities critical=0,high=1,medium=3,low=9
  --manifests DIR         what the CI rendered, in a folder for each environment: DIR/dev, DIR/production
  --checkout DIR          of the application; default: where the command is typed
  --path DIR              the part of a monorepo that the service is built from; several times
  --url URL               of Sluice; default: SLUICE_URL
  --audience AUD          ask GitHub Actions for the token of this job; else ARTIFACT_TOKEN holds it (id_tokens on GitLab)
What Sluice refuses, and a Sluice that stays away for a minute, end with exit code 1.`;

const answerSchema = z.object({ kind: z.enum(['added', 'same', 'renewed']) });
const words = {
  added: 'is known now',
  same: 'was known already',
  renewed: 'was known already; its checks are renewed',
};

/** `artifact push ...` as it was typed in a terminal. */
export async function runArtifactCommand(
  [verb, ...words]: readonly string[],
  values: PushValues,
  { environment, readText }: Pick<PushPorts, 'environment' | 'readText'>,
): Promise<string> {
  if (verb !== 'push') throw new Refusal(`artifact takes push, not "${verb}".`);
  // npm enters the folder of Sluice; launch.js says where it was called.
  const folder = environment['SLUICE_STARTED_IN'] ?? process.cwd();
  const say = (text: string) => void process.stderr.write(`${text}\n`);
  const fromThere = (file: string) => readText(resolve(folder, file));
  return pushArtifact(words, values, { environment, folder, readText: fromThere, pause, say });
}

/** Tells Sluice what this CI job built; the answer is a line for its log. A Refusal says what is missing or was not taken. */
export async function pushArtifact(
  positionals: readonly string[],
  values: PushValues,
  ports: PushPorts,
): Promise<string> {
  const { environment, folder } = ports;
  const [service, typedVersion, ...rest] = positionals;
  if (service === undefined || values.image === undefined || rest.length > 0)
    throw new Refusal(`artifact push needs a service and its image: npm start -- ${pushUsage}`);
  const url = values.url ?? environment['SLUICE_URL'];
  if (url === undefined || !URL.canParse(url))
    throw new Refusal(
      'artifact push needs the address of Sluice: SLUICE_URL or --url, such as https://sluice.example.com.',
    );
  const { image, version, digest } = readImage(values, typedVersion);
  const ci = readCiBuild(environment);
  const checkout = openCheckout(resolve(folder, values.checkout ?? '.'), values.path);
  const { commit, branch } = await builtFrom(checkout, values, ci);
  const sluice = { url, token: await tokenOf(values, environment) };
  const ask = (path: string) => sendToSluice(sluice, path, null, ports);
  const { commits, touches } = await historyOf(checkout, { service, version, branch, commit }, values.since, {
    ask,
    say: ports.say,
  });
  const counts = values.scan === undefined ? undefined : countScan(ports.readText(values.scan), values.scan);
  const post = {
    ...{ service, version, image, digest, branch, commit },
    author: printable(values.author ?? (await checkout.commits(null, commit))[0]?.author ?? '', 200),
    builtAt: values['built-at'],
    commits: commits.map(({ sha, title, author }) => ({
      sha,
      title: printable(title, 500),
      author: printable(author, 200),
    })),
    ...(touches.length === 0 ? {} : { touches: touches.map((path) => printable(path, 300)) }),
    checks: values.check?.map((check) => readCheck(check, ci.url)),
    vulnerabilities: values.vulnerabilities === undefined ? counts : readCounts(values.vulnerabilities),
    ...(values.manifests === undefined ? {} : { manifests: readManifests(resolve(folder, values.manifests)) }),
  };
  const answer = await sendToSluice(sluice, '/artifacts', post, ports);
  const read = answerSchema.safeParse(answer);
  if (!read.success) throw new Refusal(`${url} answered, but not as Sluice does. Set SLUICE_URL or --url.`);
  return `${service} ${version} of ${branch} (${commit.slice(0, 7)}, ${commits.length === 1 ? '1 commit' : `${commits.length} commits`}) ${words[read.data.kind]}`;
}

/** Never from the command line, where every process of the machine reads it. */
async function tokenOf({ audience }: PushValues, environment: Environment): Promise<string> {
  if (audience !== undefined) return fetchJobToken(audience, environment);
  const token = environment['ARTIFACT_TOKEN'];
  if (token === undefined || token === '')
    throw new Refusal(
      'artifact push needs a token that artifacts: of the configuration names, in the environment variable ARTIFACT_TOKEN; or --audience on GitHub Actions.',
    );
  return token;
}

/** The commit and branch that were built: as typed, else as the CI says, else as they are checked out. */
async function builtFrom(checkout: Checkout, values: PushValues, ci: CiBuild) {
  const named = values.commit ?? ci.commit ?? 'HEAD';
  const commit = await checkout.resolve(named);
  if (commit === null)
    throw new Refusal(
      `The checkout does not have the commit ${named}. Name what was built with --commit, or the checkout with --checkout DIR.`,
    );
  const branch = values.branch ?? ci.branch ?? (await checkout.branch());
  if (branch === null)
    throw new Refusal(
      'No branch is checked out, and the CI names none (a tag, or a merge request?). Say --branch NAME.',
    );
  return { commit, branch };
}

function readImage(values: PushValues, typedVersion: string | undefined) {
  const [name = '', digest] = (values.image ?? '').split('@', 2);
  const colon = name.lastIndexOf(':');
  const hasTag = colon > name.lastIndexOf('/');
  const tag = hasTag ? name.slice(colon + 1) : undefined;
  const version = typedVersion ?? tag;
  if (version === undefined)
    throw new Refusal('The version is missing: name it after the service, or as the tag of --image.');
  if (tag !== undefined && tag !== version)
    throw new Refusal(
      `The version ${version} and the tag ${tag} of --image differ; a version is the tag of its image.`,
    );
  if (digest !== undefined && values.digest !== undefined && digest !== values.digest)
    throw new Refusal(`--digest ${values.digest} and the digest of --image differ.`);
  return { image: hasTag ? name.slice(0, colon) : name, version, digest: values.digest ?? digest };
}

function readCheck(text: string, url: string | undefined) {
  const [name = '', state] = text.split('=', 2);
  if (name.trim() === '' || (state !== 'passed' && state !== 'failed' && state !== 'pending'))
    throw new Refusal(`--check takes NAME=passed, NAME=failed or NAME=pending, not "${text}".`);
  return { name: name.trim(), state, ...(url === undefined ? {} : { url }) };
}

/** Titles and names as Sluice takes them: without control characters and such as turn the reading order. */
function printable(text: string, limit: number): string {
  const clean = text.toWellFormed().replace(/[\p{Cc}\u2028\u2029\u200b-\u200f\u202a-\u202e\u2066-\u2069]/gu, ' ');
  return [...clean].reduce((kept, each) => (kept.length + each.length > limit ? kept : kept + each), '');
}
