import { artifactOf, builds } from './seed/versions.ts';

export interface CiPorts {
  /** Of the app: http://127.0.0.1:PORT */
  readonly appUrl: () => string;
  readonly token: string;
  readonly nowMs: () => number;
}

const titles = ['Handle an empty basket', 'Shorten the start', 'Say what went wrong', 'Tidy up'] as const;
const authors = ['Ana Andersen', 'Bo Berg', 'Cy Chen'] as const;
const triesAtMost = 500;

/** What CI does after a build: POST /artifacts, with the next patch version of main that was never posted. */
export function createCi({ appUrl, token, nowMs }: CiPorts): (service: string) => Promise<string> {
  return async (service) => {
    const newest = (builds[service] ?? []).findLast(({ branch }) => branch === undefined)?.version ?? '1.0.0';
    const patch = Number(/\d+$/.exec(newest)?.[0] ?? 0);
    for (let step = 1; step <= triesAtMost; step += 1) {
      const version = newest.replace(/\d+$/, String(patch + step));
      const title = titles[step % titles.length] ?? titles[0];
      const author = authors[step % authors.length] ?? authors[0];
      const artifact = artifactOf(service, { version, daysAgo: 0, commits: [[title, author]] }, nowMs());
      const answer = await fetch(`${appUrl()}/artifacts`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify(artifact),
      });
      if (answer.status === 201) return `CI built ${service} ${version}. Try: /release ${service} dev`;
      // 200 and 409: this version is known already.
      if (answer.status !== 200 && answer.status !== 409)
        throw new Error(`POST /artifacts answered ${answer.status}: ${(await answer.text()).slice(0, 200)}`);
    }
    throw new Error(`${service} has ${triesAtMost} versions already`);
  };
}
