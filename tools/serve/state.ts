import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

import { z } from 'zod';

import { isAlive } from '#tools/postgres/leftover.ts';

const State = z.object({
  /** Of the supervisor. */
  pid: z.int(),
  admin: z.object({ url: z.string(), token: z.string() }),
});

/** What runs in a data folder, and how its owner reaches it. */
export type State = z.infer<typeof State>;

/** How long a killed process may take to let go of its port. */
const patienceMilliseconds = 5_000;

const fileIn = (directory: string) => join(directory, 'serve.json');
const pidFileIn = (directory: string) => join(directory, 'workerd.pid');

export function readState(directory: string): State | undefined {
  const file = fileIn(directory);
  return existsSync(file) ? State.parse(JSON.parse(readFileSync(file, 'utf8'))) : undefined;
}

/** It holds a token, so only its owner may read it. */
export function writeState(directory: string, state: State): void {
  const file = fileIn(directory);
  writeFileSync(file, JSON.stringify(state), { mode: 0o600 });
  chmodSync(file, 0o600);
}

export function removeState(directory: string): void {
  rmSync(fileIn(directory), { force: true });
  rmSync(pidFileIn(directory), { force: true });
}

/** Written before the process does anything, so that it can be found whatever happens to us. */
export function writeWorkerdPid(directory: string, pid: number): void {
  writeFileSync(pidFileIn(directory), String(pid));
}

/** The process that serves; undefined without one. */
export function readWorkerdPid(directory: string): number | undefined {
  const file = pidFileIn(directory);
  return existsSync(file) ? Number(readFileSync(file, 'utf8')) : undefined;
}

/**
 * Makes sure that nobody else works on what the folder holds: ends a workerd whose supervisor was killed.
 *
 * @throws when a supervisor still runs
 */
export async function claim(directory: string): Promise<void> {
  const state = readState(directory);
  if (state && commandOf(state.pid).includes(join('serve', 'main.ts'))) {
    throw new Error(`${directory} is in use: process ${state.pid} serves it.`);
  }
  const left = readWorkerdPid(directory);
  if (left === undefined || !commandOf(left).includes(directory)) return;
  process.kill(left, 'SIGKILL');
  const deadline = Date.now() + patienceMilliseconds;
  while (isAlive(left) && Date.now() < deadline) await pause(50);
}

/** The command line of a process; empty if there is none. Small Linux images have no `ps`. */
function commandOf(pid: number): string {
  try {
    return process.platform === 'linux'
      ? readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
      : execFileSync('ps', ['-ww', '-o', 'args=', '-p', String(pid)], { encoding: 'utf8' });
  } catch {
    return '';
  }
}
