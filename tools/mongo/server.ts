import { createServer, type Server, type Socket } from 'node:net';
import { errorReply, execute } from './commands.ts';
import { expiredKeys } from './indexes.ts';
import { openStorage, type Storage } from './storage.ts';
import { encodeReply, frameReader, parseFrame, type Request } from './wire.ts';

const EXPIRY_INTERVAL_MS = 1000;

export interface MongoServerOptions {
  /** Database file, made when missing; `:memory:` for one that is gone at the end. */
  file: string;
  /** 0 for any free port. */
  port: number;
  /** Whether a reply waits for the disk. Without it a killed process still loses nothing, a power cut may. */
  durable: boolean;
}

/**
 * Starts a server for development and tests on 127.0.0.1 that speaks as much of MongoDB's protocol as the cart uses
 * and refuses the rest. Rejects when the port is taken (EADDRINUSE) or the file belongs to another process.
 */
export async function startMongoServer(
  options: MongoServerOptions,
): Promise<{ uri: string; port: number; close(): Promise<void> }> {
  const server = createServer();
  const port = await listen(server, options.port);
  const storage = openOrStop(server, options);
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    serve(socket, storage);
  });
  const expiry = setInterval(() => removeExpired(storage, Date.now()), EXPIRY_INTERVAL_MS);
  let closed: Promise<void> | undefined;
  const close = () =>
    new Promise<void>((resolve) => {
      clearInterval(expiry);
      server.close(() => {
        storage.close();
        resolve();
      });
      for (const socket of sockets) socket.destroy();
    });
  return { uri: `mongodb://127.0.0.1:${port}/`, port, close: () => (closed ??= close()) };
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}

function openOrStop(server: Server, { file, durable }: MongoServerOptions): Storage {
  try {
    return openStorage(file, durable);
  } catch (error) {
    server.close();
    throw error;
  }
}

/** Answers one connection; whatever is not a proper message ends it, and only it. */
function serve(socket: Socket, storage: Storage): void {
  const read = frameReader((frame) => {
    const request = parseFrame(frame);
    const reply = execute(storage, request);
    if (request.expectsReply && socket.writable) socket.write(encoded(request, reply));
  });
  socket.setNoDelay(true);
  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk) => {
    try {
      read(chunk);
    } catch {
      socket.destroy();
    }
  });
}

function encoded(request: Request, reply: Record<string, unknown>): Buffer {
  try {
    return encodeReply(request, reply);
  } catch (error) {
    return encodeReply(request, errorReply(error));
  }
}

/** What TTL indexes ask for: removes the documents whose time is over. */
function removeExpired(storage: Storage, now: number): void {
  for (const index of storage.allCollections().flatMap((collection) => collection.indexes)) {
    if (index.expireAfterSeconds === null) continue;
    const { lowest, highest } = expiredKeys(index.expireAfterSeconds, now);
    storage.removeRange(index, lowest, highest);
  }
}
