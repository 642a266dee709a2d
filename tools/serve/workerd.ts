import { spawn, type StdioOptions } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';

import { z } from 'zod';

const binary = resolve(import.meta.dirname, '..', '..', 'node_modules', 'workerd', 'bin', 'workerd');

const Listening = z.object({ event: z.literal('listen'), socket: z.string(), port: z.number() });

export interface Workerd {
  pid: number;
  /** What it prints on standard error, if that was asked for. */
  errors: Readable | null;
  /** Where each socket listens. Null if it ends before it does. */
  ports: Promise<Map<string, number> | null>;
  /** How it ended. */
  exited: Promise<string>;
  /** Lets requests that are on their way end, for so long. */
  stop: (patienceMilliseconds: number) => Promise<void>;
}

interface Options {
  /** A file that `configFile` wrote. */
  config: string;
  /** How many of its sockets are waited for. */
  sockets: number;
  args?: string[];
  stdout: number | 'inherit';
  stderr: number | 'pipe';
  /** A descriptor of ours that it gets as 4. */
  inherited?: number | undefined;
}

/** Starts bare workerd. It ends when we do, unless we are killed. */
export function startWorkerd({ config, sockets, args = [], stdout, stderr, inherited }: Options): Workerd {
  const stdio: StdioOptions = ['ignore', stdout, stderr, 'pipe', ...(inherited === undefined ? [] : [inherited])];
  const child = spawn(binary, ['serve', '--control-fd=3', ...args, config], { stdio });
  const exited = once(child, 'exit').then(() => child.signalCode ?? `code ${child.exitCode}`);
  const kill = () => void child.kill('SIGKILL');
  process.once('exit', kill);
  void exited.then(() => process.off('exit', kill));
  const control = child.stdio[3];
  if (!(control instanceof Readable)) throw new Error('workerd has no control channel.');
  return {
    pid: child.pid ?? -1,
    errors: child.stderr,
    ports: Promise.race([readPorts(control, sockets), exited.then(() => null)]),
    exited,
    stop: async (patienceMilliseconds) => {
      child.kill('SIGTERM');
      const impatience = setTimeout(kill, patienceMilliseconds);
      await exited;
      clearTimeout(impatience);
    },
  };
}

/** The port of each socket, which workerd tells when it listens. Never resolves if it ends before. */
function readPorts(control: Readable, count: number): Promise<Map<string, number>> {
  const ports = new Map<string, number>();
  return new Promise((resolvePorts) => {
    createInterface({ input: control }).on('line', (line) => {
      const message = Listening.safeParse(JSON.parse(line));
      if (message.success) ports.set(message.data.socket, message.data.port);
      if (ports.size === count) resolvePorts(ports);
    });
  });
}
