import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';

import { closeGate } from './gate.ts';
import { log, messageOf, passOn } from './log.ts';
import type { State } from './state.ts';
import { startWorkerd, type Workerd } from './workerd.ts';

interface Options {
  /** A configuration file whose sockets are `shop` and `admin`. */
  config: string;
  /** The descriptor of the shop's listening socket. */
  listener: number;
  /** Whoever knows it may ask `admin`. */
  adminToken: string;
  /** Told of every new process at once. */
  onStarted: (pid: number) => void;
  /** Told of its other socket, once it listens. */
  onListening: (admin: State['admin']) => void;
}

interface Running extends Workerd {
  admin: State['admin'];
}

export interface Supervised {
  /**
   * Ends the running process and starts one of another configuration. What has reached the old one is answered by it; the
   * listening socket is ours, so whoever connects meanwhile waits. If the new one does not start, the old one does again,
   * and this throws.
   *
   * @returns for how many milliseconds requests waited
   */
  replace: (config: string) => Promise<number>;
  stop: () => Promise<void>;
}

/** How long requests that are on their way may take to end. While one process replaces another, new ones wait as long. */
const patienceMilliseconds = 10_000;
/** Who does not listen by then never will. */
const startMilliseconds = 60_000;
const restartMilliseconds = { first: 250, most: 30_000 };
/** Who runs for so long did not end for what it was started with. */
const steadyMilliseconds = 60_000;

/** Keeps one workerd running: whenever it ends, another is started, later each time it ends at once. */
export async function superviseWorkerd({
  config: first,
  listener,
  adminToken,
  onStarted,
  onListening,
}: Options): Promise<Supervised> {
  let config = first;
  let isStopping = false;
  let turn: Promise<unknown> = Promise.resolve();
  let workerd = await launch(config);
  const ended = keepRunning();

  async function launch(file: string): Promise<Running> {
    const started = startWorkerd({
      config: file,
      sockets: 2,
      args: ['--experimental', '--socket-fd=shop=4'],
      stdout: 'inherit',
      stderr: 'pipe',
      inherited: listener,
    });
    if (started.errors) createInterface({ input: started.errors }).on('line', passOn);
    onStarted(started.pid);
    const lateness = setTimeout(() => void started.stop(0), startMilliseconds);
    const ports = await started.ports;
    clearTimeout(lateness);
    const adminPort = ports?.get('admin');
    if (adminPort === undefined) throw new Error(`workerd did not start: it ended with ${await started.exited}`);
    const admin = { url: `http://127.0.0.1:${adminPort}`, token: adminToken };
    onListening(admin);
    return { ...started, admin };
  }

  /** Ends the running process without losing a request. */
  async function retire({ admin, stop }: Running): Promise<void> {
    const gate = await closeGate(admin).catch((error: unknown) => {
      log('warn', 'requests may be lost: the gate stays open', { reason: messageOf(error) });
      return null;
    });
    const stopped = stop(patienceMilliseconds);
    await Promise.race([gate?.ending, stopped]);
    gate?.open();
    await stopped;
  }

  /** One change at a time. */
  function inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = turn.then(work);
    turn = result.catch(() => {});
    return result;
  }

  async function keepRunning(): Promise<void> {
    let wait = 0;
    for (;;) {
      const [watched, since] = [workerd, Date.now()];
      const reason = await watched.exited;
      await inTurn(async () => {
        if (isStopping || workerd !== watched) return;
        wait = Date.now() - since > steadyMilliseconds ? 0 : wait;
        log('error', 'workerd ended; starting it again', { reason, in_milliseconds: wait });
        await pause(wait);
        wait = Math.min(Math.max(wait * 2, restartMilliseconds.first), restartMilliseconds.most);
        if (isStopping) return;
        try {
          workerd = await launch(config);
          log('info', 'workerd runs again', { pid: workerd.pid });
        } catch (error) {
          log('error', messageOf(error));
        }
      });
      if (isStopping) return;
    }
  }

  return {
    replace: (other) =>
      inTurn(async () => {
        const startedAt = Date.now();
        await retire(workerd);
        try {
          workerd = await launch(other);
          config = other;
          return Date.now() - startedAt;
        } catch (error) {
          workerd = await launch(config);
          throw new Error(`The new build does not start; the old one runs again: ${messageOf(error)}`, {
            cause: error,
          });
        }
      }),
    stop: async () => {
      isStopping = true;
      await workerd.stop(patienceMilliseconds);
      await ended;
    },
  };
}
