import { execFileSync, spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';

/** What to hand to `spawn` so that a Postgres binary runs under the right account. */
interface ServerCommand {
  file: string;
  args: string[];
  options: { cwd: string; uid?: number; gid?: number };
}

export interface ServerAccount {
  command: (binary: string, args: readonly string[]) => ServerCommand;
  /** Owner of the data directory; undefined: the user who runs this process. */
  owner: { uid: number; gid: number } | undefined;
}

/**
 * Decides who runs the server. Postgres refuses to run as root (containers often are), so root hands it to the owner
 * of the data, or to `nobody`. Throws, saying what to do, when that account cannot reach the files.
 *
 * @param binary a Postgres binary, to see whether the account may run it
 * @param directory an existing directory that will hold the data
 * @param dataDirectory the data itself, which may not exist yet
 */
export function chooseAccount(binary: string, directory: string, dataDirectory: string): ServerAccount {
  const user = process.getuid?.();
  const existing = statSync(dataDirectory, { throwIfNoEntry: false });
  if (user !== undefined && user !== 0 && existing !== undefined && existing.uid !== user) {
    throw new Error(
      `${dataDirectory} belongs to uid ${existing.uid}, so it was first used by somebody else or with sudo. ` +
        `Run: sudo chown -R ${user} ${dataDirectory}`,
    );
  }
  if (user !== 0) {
    return { owner: undefined, command: (file, args) => ({ file, args: [...args], options: { cwd: directory } }) };
  }

  const owner = existing && existing.uid !== 0 ? { uid: existing.uid, gid: existing.gid } : nobody();
  if (existing?.uid === 0) {
    execFileSync('chown', ['-R', `${owner.uid}:${owner.gid}`, dataDirectory]);
  }
  const candidates = [switchUser(owner), switchUserKeepingFileAccess(owner)];
  const command = candidates.find((candidate) => canReach(candidate, binary, directory));
  if (command === undefined) {
    throw new Error(
      `Postgres does not run as root, and uid ${owner.uid} can not reach ${binary} or ${directory}. ` +
        'Run this as an ordinary user, or move the checkout to where other users may read it (chmod o+x on each parent directory).',
    );
  }
  return { owner, command };
}

type Command = ServerAccount['command'];

function switchUser(owner: { uid: number; gid: number }): Command {
  return (file, args) => ({ file, args: [...args], options: { cwd: '/', ...owner } });
}

/**
 * For a checkout below a directory that is closed to others, such as /root: the server keeps root's right to pass
 * file permissions, and nothing else of it. `no_setuid_fixup` makes access(2), by which Postgres looks for its own
 * files, honour that right.
 */
function switchUserKeepingFileAccess(owner: { uid: number; gid: number }): Command {
  const flags = [`--reuid=${owner.uid}`, `--regid=${owner.gid}`, '--clear-groups', '--securebits=+no_setuid_fixup'];
  const capability = [
    '--inh-caps=-all,+dac_override',
    '--ambient-caps=+dac_override',
    '--bounding-set=-all,+dac_override',
  ];
  return (file, args) => ({
    file: 'setpriv',
    args: [...flags, ...capability, '--', file, ...args],
    options: { cwd: '/' },
  });
}

function canReach(command: Command, binary: string, directory: string): boolean {
  const { file, args, options } = command('/bin/sh', ['-c', '"$1" --version && cd "$2"', 'sh', binary, directory]);
  return spawnSync(file, args, { ...options, stdio: 'ignore' }).status === 0;
}

function nobody(): { uid: number; gid: number } {
  return { uid: askId('-u'), gid: askId('-g') };
}

function askId(flag: string): number {
  return Number(execFileSync('id', [flag, 'nobody'], { encoding: 'utf8' }));
}
