import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chown, mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { ServerAccount } from './account.ts';
import type { PostgresBinaries } from './binaries.ts';
import { isAlive } from './leftover.ts';

const run = promisify(execFile);
const STAGING_NAME = /^setup-(\d+)-/;

/** The one account of the local server. It listens on 127.0.0.1 only, so this is no secret. */
export const LOCAL_USER = 'postgres';
export const LOCAL_PASSWORD = 'postgres';

/**
 * Makes the data directory on first use. It is prepared under another name and renamed when complete, so that a data
 * directory that exists is whole: what an interrupted attempt left is thrown away and done again.
 */
export async function ensureCluster(
  binaries: PostgresBinaries,
  account: ServerAccount,
  directory: string,
  dataDirectory: string,
): Promise<void> {
  for (const entry of await readdir(directory)) {
    const maker = STAGING_NAME.exec(entry)?.[1];
    if (maker !== undefined && !isAlive(Number(maker))) {
      await rm(join(directory, entry), { recursive: true, force: true });
    }
  }
  if (existsSync(dataDirectory)) {
    return;
  }
  const staging = await mkdtemp(join(directory, `setup-${process.pid}-`));
  const staged = join(staging, 'data');
  const passwordFile = join(staging, 'password');
  await mkdir(staged);
  await writeFile(passwordFile, LOCAL_PASSWORD);
  if (account.owner !== undefined) {
    for (const path of [staging, staged, passwordFile]) {
      await chown(path, account.owner.uid, account.owner.gid);
    }
  }
  const { file, args, options } = account.command(binaries.initdb, [
    `--pgdata=${staged}`,
    `--username=${LOCAL_USER}`,
    `--pwfile=${passwordFile}`,
    '--auth=password', // not "scram": the Neon driver sends the password before it is asked for
    '--encoding=UTF8',
    ...localeOptions(),
  ]);
  await run(file, args, options);
  await rename(staged, dataDirectory).catch(ignoreIfFilled);
  await rm(staging, { recursive: true });
}

/** Another launcher was faster; which of the two may use the data is decided when they start the server. */
function ignoreIfFilled(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') {
    throw error;
  }
}

/** Text sorts by code point, as on Neon (C.UTF-8). */
function localeOptions(): string[] {
  const characterTypes: Partial<Record<NodeJS.Platform, string>> = { linux: 'C.UTF-8', darwin: 'en_US.UTF-8' };
  const ctype = characterTypes[process.platform] ?? 'C';
  return ['--locale=C', `--lc-ctype=${ctype}`, '--locale-provider=builtin', '--builtin-locale=C.UTF-8'];
}

/** Stops the server of a data directory, letting it write everything; returns when it is gone. */
export async function stopServer(
  binaries: PostgresBinaries,
  account: ServerAccount,
  dataDirectory: string,
): Promise<void> {
  const { file, args, options } = account.command(binaries.pgCtl, [
    'stop',
    `--pgdata=${dataDirectory}`,
    '--mode=fast',
    '--wait',
    '--timeout=30',
  ]);
  await run(file, args, options);
}
