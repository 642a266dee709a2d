import { createServer } from 'node:net';

/** Every port of a stack follows from the gateway's. */
export function portsFrom(port: number) {
  return { gateway: port, postgres: port + 1, neon: port + 2, mongo: port + 3, inspector: port + 4 };
}

export type Ports = ReturnType<typeof portsFrom>;

/** Fails with a message that names the port when somebody else listens on it. */
export async function assertFree(port: number, purpose: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const server = createServer();
    server.once('error', () => {
      reject(
        new Error(`Port ${port} (${purpose}) is in use. Stop what listens there, or choose others: --port <number>.`),
      );
    });
    server.listen(port, '127.0.0.1', () => server.close(() => resolve()));
  });
}
