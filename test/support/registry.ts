import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ImageOptions {
  readonly labels?: Readonly<Record<string, string>>;
  readonly created?: string;
  /** Built for two platforms, with an attestation beside them. */
  readonly index?: boolean;
  readonly annotations?: Readonly<Record<string, string>>;
}

export interface TestRegistry {
  /** `127.0.0.1:5000`, as images begin. */
  readonly host: string;
  readonly url: string;
  readonly control: {
    /** How it lets somebody in who is ada with the password secret. */
    login: 'none' | 'basic' | 'bearer';
    answer: 'as usual' | 'another content' | 'too much' | 'nothing of use' | 500;
    /** Blobs are kept on another port. */
    blobsElsewhere: boolean;
    pageSize: number;
  };
  /** Every request so far: `GET /v2/… Bearer …`. */
  readonly asked: string[];
  /** Puts an image there; the answer is its digest. */
  readonly push: (repository: string, tag: string, options?: ImageOptions) => string;
  readonly close: () => Promise<void>;
}

interface Content {
  readonly text: string;
  readonly type: string;
}

const digestOf = (text: string) => `sha256:${createHash('sha256').update(text).digest('hex')}`;
const basic = `Basic ${Buffer.from('ada:secret').toString('base64')}`;
const manifestType = 'application/vnd.oci.image.manifest.v1+json';
const indexType = 'application/vnd.oci.image.index.v1+json';

/** A registry that speaks as much of the OCI distribution spec as reading takes, on this machine. */
export async function startRegistry(): Promise<TestRegistry> {
  const contents = new Map<string, Content>();
  const tags = new Map<string, Map<string, string>>();
  const asked: string[] = [];
  const control: TestRegistry['control'] = {
    login: 'none',
    answer: 'as usual',
    blobsElsewhere: false,
    pageSize: 1_000,
  };

  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    const address = new URL(request.url ?? '/', url);
    asked.push(`${request.method} ${request.url} ${request.headers.authorization ?? ''}`.trim());
    if (address.pathname === '/token') {
      const known = request.headers.authorization === basic;
      return void response
        .writeHead(known ? 200 : 401)
        .end(JSON.stringify({ token: `for-${address.searchParams.get('scope')}`, expires_in: 300 }));
    }
    const [, repository = '', kind = '', name = ''] =
      /^\/v2\/(.+)\/(tags|manifests|blobs)\/([^/]+)$/.exec(address.pathname) ?? [];
    const scope = `repository:${repository}:pull`;
    const wanted = { none: undefined, basic, bearer: `Bearer for-${scope}` }[control.login];
    if (wanted !== undefined && request.headers.authorization !== wanted) {
      const challenge =
        control.login === 'basic'
          ? 'Basic realm="images"'
          : `Bearer realm="${url}/token",service="images",scope="${scope}"`;
      return void response.writeHead(401, { 'www-authenticate': challenge }).end('{}');
    }
    if (control.answer === 500) return void response.writeHead(500).end();
    if (control.answer === 'nothing of use') return void response.end('{"tags":"none"}');
    if (kind === 'tags') listed(repository, address, response);
    else if (kind === 'blobs' && control.blobsElsewhere)
      response.writeHead(307, { location: `${elsewhereUrl}/${name}` }).end();
    else sent(kind === 'manifests' ? (tags.get(repository)?.get(name) ?? name) : name, response);
  };
  const listed = (repository: string, address: URL, response: ServerResponse): void => {
    const all = [...(tags.get(repository)?.keys() ?? [])].toSorted();
    const last = address.searchParams.get('last') ?? '';
    const page = all.filter((tag) => tag > last).slice(0, control.pageSize);
    const end = page.at(-1) ?? '';
    const more = all.some((tag) => tag > end);
    response
      .writeHead(
        200,
        more ? { link: `</v2/${repository}/tags/list?n=${control.pageSize}&last=${end}>; rel="next"` } : {},
      )
      .end(JSON.stringify({ name: repository, tags: page }));
  };
  const sent = (digest: string, response: ServerResponse): void => {
    const content = contents.get(digest);
    if (content === undefined) return void response.writeHead(404).end('{}');
    const more = { 'as usual': '', 'another content': ' ', 'too much': ' '.repeat(5_000_000) };
    const rest = control.answer === 'another content' || control.answer === 'too much' ? more[control.answer] : '';
    response.writeHead(200, { 'content-type': content.type, 'docker-content-digest': digest }).end(content.text + rest);
  };
  const server = createServer(answer);
  const elsewhere = createServer((request, response) => {
    asked.push(`elsewhere ${request.headers.authorization ?? 'nobody'}`);
    sent(request.url?.slice(1) ?? '', response);
  });
  await Promise.all(
    [server, elsewhere].map((each) => new Promise<void>((resolve) => each.listen(0, '127.0.0.1', resolve))),
  );
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const url = `http://${host}`;
  const elsewhereUrl = `http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}`;

  const put = (text: string, type: string): string => {
    const digest = digestOf(text);
    contents.set(digest, { text, type });
    return digest;
  };
  const manifestOf = (options: ImageOptions, architecture: string): string => {
    const { labels = {}, created, annotations } = options;
    const config = put(JSON.stringify({ architecture, created, config: { Labels: labels } }), 'application/json');
    return put(JSON.stringify({ schemaVersion: 2, config: { digest: config }, layers: [], annotations }), manifestType);
  };
  return {
    host,
    url,
    control,
    asked,
    push: (repository, tag, options = {}) => {
      const own = tags.get(repository) ?? new Map<string, string>();
      tags.set(repository, own);
      const platform = (architecture: string, os = 'linux') => ({
        digest: manifestOf(os === 'unknown' ? {} : options, architecture),
        platform: { os, architecture },
      });
      const digest =
        options.index === true
          ? put(
              JSON.stringify({
                schemaVersion: 2,
                manifests: [platform('unknown', 'unknown'), platform('arm64'), platform('amd64')],
              }),
              indexType,
            )
          : manifestOf(options, 'amd64');
      own.set(tag, digest);
      return digest;
    },
    close: async () => {
      await Promise.all(
        [server, elsewhere].map(
          (each) =>
            new Promise<void>((resolve) => {
              each.close(() => resolve());
              each.closeAllConnections();
            }),
        ),
      );
    },
  };
}
