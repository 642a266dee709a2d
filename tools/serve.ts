/**
 * `npm run serve`: the production build on one machine. This process opens the port and hands it to another, which runs
 * the shop: Node would take connections itself from a socket that it knows of.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { join, resolve } from 'node:path';

import { z } from 'zod';

import { type Options, readOptions, usage } from '#tools/serve/options.ts';
import { claim } from '#tools/serve/state.ts';

const Handle = z.object({ _handle: z.object({ fd: z.int().nonnegative() }) });

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2));
  if (!options) return console.log(usage);
  await claim(resolve(options.data));
  const server = await listen(options);
  const command = [join(import.meta.dirname, 'serve', 'main.ts'), ...process.argv.slice(2)];
  // It needs no compiler for the few modules that it gives to workerd: their types are left out.
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', ...command], {
    stdio: ['pipe', 'inherit', 'inherit', descriptorOf(server)],
    detached: true,
  });
  server.close();
  let hasEnded = false;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (hasEnded) endGroup(child.pid);
      hasEnded = true;
      child.kill('SIGTERM');
    });
  }
  process.on('SIGUSR2', () => child.kill('SIGUSR2'));
  await once(child, 'exit');
  // Should it have been killed, workerd is still there.
  endGroup(child.pid);
  process.exitCode = child.exitCode ?? 1;
}

/** A socket that listens; nobody is connected to it yet. */
async function listen({ host, port }: Options): Promise<Server> {
  const server = createServer((socket) => socket.destroy());
  try {
    server.listen({ host, port, backlog: 4_096 });
    await once(server, 'listening');
    return server;
  } catch (error) {
    throw new Error(`Cannot listen on ${host}:${port}: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}

function descriptorOf(server: Server): number {
  const { _handle: handle } = Handle.parse(server);
  return handle.fd;
}

function endGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // All have ended.
  }
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
