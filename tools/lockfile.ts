/**
 * Completes package-lock.json after a change of dependencies: `npm run lock`.
 * npm leaves out the platform packages (binaries for other systems) that the registry at hand does not have, and then
 * neither `npm ci` accepts the lockfile nor does another system get its binaries. They are always optional and pinned
 * exactly by the package that wants them, so their entries follow from its own.
 */
import { readFileSync, writeFileSync } from 'node:fs';

import { z } from 'zod';

const file = 'package-lock.json';
const Entry = z.looseObject({ optionalDependencies: z.record(z.string(), z.string()).optional() });
const Lockfile = z.looseObject({ packages: z.record(z.string(), Entry) });

const systems: Record<string, string> = { windows: 'win32' };
const knownSystems = [
  'aix',
  'android',
  'darwin',
  'freebsd',
  'linux',
  'netbsd',
  'openbsd',
  'openharmony',
  'sunos',
  'win32',
];
const processors: Record<string, string> = { '64': 'x64', gnueabihf: 'arm', musleabihf: 'arm', eabi: 'arm' };
const knownProcessors = ['arm', 'arm64', 'ia32', 'loong64', 'mips64el', 'ppc64', 'riscv64', 's390x', 'wasm32', 'x64'];

/** What a platform package runs on, by its name: `@oxlint/binding-linux-arm64-musl`. */
function platformOf(name: string) {
  const parts = name.split(/[/-]/);
  const os = parts.map((part) => systems[part] ?? part).filter((part) => knownSystems.includes(part));
  const cpu = parts.map((part) => processors[part] ?? part).filter((part) => knownProcessors.includes(part));
  const libc = parts
    .filter((part) => part === 'musl' || part === 'gnu')
    .map((part) => (part === 'gnu' ? 'glibc' : part));
  return { os: [...new Set(os)].slice(0, 1), cpu: [...new Set(cpu)].slice(-1), libc };
}

const lockfile = Lockfile.parse(JSON.parse(readFileSync(file, 'utf8')));
const { packages } = lockfile;
for (const [path, entry] of Object.entries(packages)) {
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    const isKnown = `${path}/node_modules/${name}` in packages || `node_modules/${name}` in packages;
    const { os, cpu, libc } = platformOf(name);
    if (isKnown || os.length === 0 || cpu.length === 0 || !/^\d/.test(version)) continue;
    packages[`node_modules/${name}`] = {
      version,
      cpu,
      ...(entry['dev'] === true || path === '' ? { dev: true } : {}),
      ...(libc.length > 0 ? { libc } : {}),
      optional: true,
      os,
    };
    console.log(`added ${name} ${version} for ${os.join()} ${cpu.join()} ${libc.join()}`);
  }
}
const sorted = Object.fromEntries(Object.entries(packages).sort(([a], [b]) => a.localeCompare(b, 'en')));
writeFileSync(file, `${JSON.stringify({ ...lockfile, packages: sorted }, null, 2)}\n`);
