import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { connect } from 'node:net';
import type { Duplex } from 'node:stream';
import { pipeline } from 'node:stream';
import { text } from 'node:stream/consumers';
import { createWebSocketStream, WebSocketServer } from 'ws';
import { createPools } from './neon-pools.ts';
import type { ConnectionPools } from './neon-pools.ts';
import { answerSql } from './neon-sql.ts';

/** Longer than any client keeps an idle connection, so that it is never the server that closes one in use. */
const KEEP_ALIVE_MS = 120_000;

export interface NeonEndpoint {
  /** `${url}/sql` is the driver's `fetchEndpoint`; `wsProxy` is `/v2` on the same host and port. */
  url: string;
  close: () => Promise<void>;
}

/**
 * Stands in for Neon's proxy in front of the Postgres server at 127.0.0.1:`postgresPort`: `POST /sql` for the HTTP
 * driver, `/v2` for its WebSocket connections (a tunnel of bytes). Whatever address a client asks for, it is given
 * that server, unless `POST /sql` names one of `others` (`host:port`).
 *
 * @throws when the port is taken
 */
export async function startNeonEndpoint(options: {
  port: number;
  postgresPort: number;
  others?: readonly string[];
}): Promise<NeonEndpoint> {
  const pools = createPools(options.postgresPort, options.others ?? []);
  const server = createServer((request, response) => void handle(pools, request, response));
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  const tunnels = new WebSocketServer({ noServer: true });
  server.on('upgrade', (request, socket, head) => {
    socket.on('error', () => socket.destroy());
    if (isFromBrowser(request) || pathOf(request) !== '/v2') {
      socket.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\n');
      return;
    }
    tunnels.handleUpgrade(request, socket, head, (webSocket) => {
      tunnel(createWebSocketStream(webSocket), options.postgresPort);
    });
  });
  await listen(server, options.port);
  return {
    url: `http://127.0.0.1:${options.port}`,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const webSocket of tunnels.clients) {
        webSocket.terminate();
      }
      await pools.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

async function handle(pools: ConnectionPools, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const send = (status: number, body: unknown): void => {
    response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
  };
  if (isFromBrowser(request) || pathOf(request) !== '/sql' || request.method !== 'POST') {
    send(404, { message: 'This is the local Neon endpoint: POST /sql, WebSocket /v2' });
    return;
  }
  try {
    const { status, body } = await answerSql(pools, request.headers, await text(request));
    send(status, body);
  } catch {
    response.destroy(); // the client left while it was still sending
  }
}

function tunnel(webSocket: Duplex, postgresPort: number): void {
  const database = connect(postgresPort, '127.0.0.1');
  database.setNoDelay();
  // Either end's close or failure ends the other; there is nobody to tell more.
  pipeline(webSocket, database, webSocket, () => {});
}

/** Browsers name the page's origin. No web page has business here: any could otherwise reach a developer's data. */
function isFromBrowser(request: IncomingMessage): boolean {
  return request.headers.origin !== undefined;
}

function pathOf(request: IncomingMessage): string {
  return (request.url ?? '').split('?', 1)[0] ?? '';
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const taken = error.code === 'EADDRINUSE';
      const message = `The Neon endpoint cannot listen on 127.0.0.1:${port}: another program uses port ${port}.`;
      reject(taken ? new Error(message, { cause: error }) : error);
    });
    server.listen(port, '127.0.0.1', () => resolve());
  });
}
