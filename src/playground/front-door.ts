import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { Refusal } from '../doors/errors.ts';
import { servePage } from './page/serve-page.ts';

/** Answers a request, or says that it is somebody else's. */
type Handler = (request: IncomingMessage, response: ServerResponse) => boolean;

export interface FrontDoorOptions {
  readonly workspace: Handler;
  readonly panel: Handler;
  /** The port that was asked for: this one or none. */
  readonly port: number | undefined;
  /** Otherwise the one of the last start, where it is free. */
  readonly usual: number | undefined;
}

const defaultPort = 4400;

/** The page, the workspace's API for it and the panel, on one port of this machine. A Refusal where the port asked for is taken. */
export async function startFrontDoor(
  options: FrontDoorOptions,
): Promise<{ readonly port: number; readonly close: () => void }> {
  const { workspace, panel, port } = options;
  const server = createServer((request, response) => {
    try {
      if (workspace(request, response) || panel(request, response) || servePage(request, response)) return;
      response.writeHead(404).end('not found');
    } catch {
      response.writeHead(400).end('bad request');
    }
  });
  if (!(await listens(server, port ?? options.usual ?? defaultPort))) {
    if (port !== undefined) throw new Refusal(`Port ${port} is taken. Name another one with --port, or leave it out.`);
    await listens(server, 0);
  }
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** False where the port is taken. */
function listens(server: Server, port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const failed = (error: NodeJS.ErrnoException) => (error.code === 'EADDRINUSE' ? resolve(false) : reject(error));
    server.once('error', failed);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', failed);
      resolve(true);
    });
  });
}
