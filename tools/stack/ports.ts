import { createServer } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

/** Every port of a stack follows from the gateway's. */
export function portsFrom(port: number) {
  return { gateway: port, postgres: port + 1, neon: port + 2, mongo: port + 3, inspector: port + 4 };
}

export type Ports = ReturnType<typeof portsFrom>;

/** How long a stack that was just killed may take to let go of its ports. */
const patienceMilliseconds = 5_000;

/** Fails with a message that names the port when somebody else listens on it. */
export async function assertFree(port: number, purpose: string): Promise<void> {
  const deadline = Date.now() + patienceMilliseconds;
  while (!(await isFree(port))) {
    if (Date.now() > deadline) {
      throw new Error(
        `Port ${port} (${purpose}) is in use. Stop what listens there, or choose others: npm start -- --port <number>`,
      );
    }
    await pause(100);
  }
}

export function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
