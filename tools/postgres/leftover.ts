import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const OWNER_PREFIX = 'started-by-';

/** Server setting that tells a later launcher which process started this server. */
export function ownerSetting(): string {
  return `cluster_name=${OWNER_PREFIX}${process.pid}`;
}

/** The lines of postmaster.pid that matter here; undefined without such a file. */
export function readPidFile(dataDirectory: string): { pid: number; ready: boolean } | undefined {
  try {
    const lines = readFileSync(join(dataDirectory, 'postmaster.pid'), 'utf8').split('\n');
    return { pid: Number(lines[0]), ready: lines[7]?.trim() === 'ready' };
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
      return undefined;
    }
    throw error;
  }
}

/**
 * Looks for a server of this data directory that an earlier launcher left behind. A pid file whose number now belongs
 * to some other program (usual after a container restarts) is removed, since Postgres would take that program for a
 * server; one whose process is gone is no obstacle to Postgres itself.
 *
 * @returns true when such a server is running and has to be stopped
 * @throws when the server's launcher is still alive: it is in use, not left behind
 */
export function findLeftoverServer(dataDirectory: string): boolean {
  const recorded = readPidFile(dataDirectory);
  if (recorded === undefined) {
    return false;
  }
  if (!(recorded.pid > 0)) {
    rmSync(join(dataDirectory, 'postmaster.pid'), { force: true }); // cut short by a crash: Postgres would not start
    return false;
  }
  if (process.platform === 'win32') {
    return true; // pg_ctl knows by the server's named pipe whether it runs
  }
  const found = readProcess(recorded.pid);
  if (found === undefined) {
    return false;
  }
  if (!found.command.includes(dataDirectory)) {
    rmSync(join(dataDirectory, 'postmaster.pid'), { force: true });
    return false;
  }
  const owner = new RegExp(`${OWNER_PREFIX}(\\d+)`).exec(found.command)?.[1];
  if (owner === String(found.parent)) {
    throw new Error(`The database in ${dataDirectory} is in use: process ${found.parent} started it and still runs.`);
  }
  return true;
}

/** Whether a process of that number exists, whoever owns it. */
export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

interface RunningProcess {
  parent: number;
  command: string;
}

function readProcess(pid: number): RunningProcess | undefined {
  try {
    return process.platform === 'linux' ? readLinuxProcess(pid) : askPs(pid);
  } catch {
    return undefined;
  }
}

/** Small Linux images have no `ps`. */
function readLinuxProcess(pid: number): RunningProcess {
  const parent = /^PPid:\s+(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  return { parent: Number(parent), command };
}

function askPs(pid: number): RunningProcess {
  const line = execFileSync('ps', ['-ww', '-o', 'ppid=,args=', '-p', String(pid)], { encoding: 'utf8' }).trim();
  const space = line.indexOf(' ');
  return { parent: Number(line.slice(0, space)), command: line.slice(space + 1) };
}
