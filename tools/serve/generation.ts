import { copyFileSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { buildAssets } from '#tools/assets.ts';
import { workers } from '#tools/workers.ts';

import { type Bundle, builtWorkers, bundleWorkers } from './bundles.ts';
import { configOf, type ServeConfig } from './config.ts';

/** The running one, and the one before it. */
const keptGenerations = 2;

/** A build with its configuration, in a folder of its own: what is built later does not touch it. */
export interface Generation {
  bundles: Bundle[];
  /** Writes the configuration of workerd; answers its file. */
  configure: (settings: Omit<ServeConfig, 'bundles' | 'directory'>) => string;
}

/** Bundles the workers, or takes over what was built, into a new folder below `directory`. */
export async function newGeneration(directory: string, build: string | undefined): Promise<Generation> {
  const name = new Date().toISOString().replaceAll(/\D/g, '');
  const folder = join(directory, name);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  for (const old of readdirSync(directory).sort().slice(0, -keptGenerations)) {
    rmSync(join(directory, old), { recursive: true, force: true });
  }
  buildAssets();
  const bundles = build === undefined ? await bundled(folder) : taken(folder, build);
  return {
    bundles,
    configure: (settings) => {
      const file = join(folder, 'config.capnp');
      writeFileSync(file, configOf({ ...settings, bundles, directory: folder }), { mode: 0o600 });
      return file;
    },
  };
}

function bundled(folder: string): Promise<Bundle[]> {
  return bundleWorkers(
    workers.map((worker) => worker.name),
    folder,
  );
}

function taken(folder: string, build: string): Bundle[] {
  return builtWorkers(build).map((bundle) => {
    const main = join(folder, `${bundle.name}.js`);
    copyFileSync(bundle.main, main);
    return { ...bundle, main };
  });
}
