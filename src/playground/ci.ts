import type { Artifact } from '../vocabulary/artifact.ts';
import { artifactOf, type Build, builds } from './seed/versions.ts';

export interface CiPorts {
  /** Of the app: http://127.0.0.1:PORT */
  readonly appUrl: () => string;
  readonly token: string;
  readonly nowMs: () => number;
}

/** What CI does, in words for whoever asked. */
export interface Ci {
  /** Posts the next patch version of main that was never posted. */
  readonly build: (service: string) => Promise<string>;
  /** Posts the newest version of main again, with the result of a scan. */
  readonly scan: (service: string, result: 'passed' | 'failed') => Promise<string>;
}

const titles = ['Handle an empty basket', 'Shorten the start', 'Say what went wrong', 'Tidy up'] as const;
const authors = ['Ana Andersen', 'Bo Berg', 'Cy Chen'] as const;
const triesAtMost = 500;

/** Builds and scans go to POST /artifacts, as those of any CI. */
export function createCi({ appUrl, token, nowMs }: CiPorts): Ci {
  const newestOf = new Map<string, Build>();
  const newest = (service: string): Build =>
    newestOf.get(service) ??
    (builds[service] ?? []).findLast(({ branch }) => branch === undefined) ?? {
      version: '1.0.0',
      daysAgo: 0,
      commits: [],
    };
  const post = async (artifact: Artifact): Promise<number> => {
    const answer = await fetch(`${appUrl()}/artifacts`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(artifact),
    });
    // 409: another build has this version already.
    if (![200, 201, 409].includes(answer.status))
      throw new Error(`POST /artifacts answered ${answer.status}: ${(await answer.text()).slice(0, 200)}`);
    return answer.status;
  };
  return {
    build: async (service) => {
      const last = newest(service).version;
      const patch = Number(/\d+$/.exec(last)?.[0] ?? 0);
      for (let step = 1; step <= triesAtMost; step += 1) {
        const version = last.replace(/\d+$/, String(patch + step));
        const title = titles[step % titles.length] ?? titles[0];
        const author = authors[step % authors.length] ?? authors[0];
        const build: Build = { version, daysAgo: 0, commits: [[title, author]] };
        if ((await post(artifactOf(service, build, nowMs()))) !== 201) continue;
        newestOf.set(service, build);
        return `CI built ${service} ${version}. Try: /release ${service} dev`;
      }
      throw new Error(`${service} has ${triesAtMost} versions already`);
    },
    scan: async (service, result) => {
      const build = newest(service);
      const scanned = artifactOf(service, { ...build, daysAgo: 0, scan: result }, nowMs());
      await post(scanned);
      return `The scan of ${service} ${build.version} has ${result}. Try: /release artifacts ${service}`;
    },
  };
}
