import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

import { migrateMongo } from '#tools/migrate-mongo.ts';
import { migrateDatabase, serviceNames } from '#tools/migrate.ts';
import { type Databases, startDatabases } from '#tools/stack/databases.ts';
import { loadKeys } from '#tools/stack/keys.ts';
import { portsFrom } from '#tools/stack/ports.ts';

import { declaredWorkers } from './bundles.ts';
import { type Generation, newGeneration } from './generation.ts';
import { log } from './log.ts';
import type { Options } from './options.ts';
import { readSecrets } from './secrets.ts';
import { databaseOf, type Settings, settingsOf } from './settings.ts';
import { removeState, writeState, writeWorkerdPid } from './state.ts';
import { superviseWorkerd } from './supervisor.ts';

export interface Shop {
  url: string;
  /** Takes a new build and new secrets, after migrating the databases. What runs goes on if anything is wrong with them. */
  reload: () => Promise<void>;
  stop: () => Promise<void>;
}

const databaseNames = [...serviceNames.map((service) => `DATABASE_URL_${service.toUpperCase()}`), 'MONGODB_URI'];

/** Starts databases, as far as none are given, and the workers. `listener`: the descriptor of the listening socket. */
export async function startShop(options: Options, listener: number): Promise<Shop> {
  const directory = resolve(options.data);
  const folders = { workers: join(directory, 'workers'), storage: join(directory, 'objects') };
  for (const folder of Object.values(folders)) mkdirSync(folder, { recursive: true, mode: 0o700 });
  const url = `http://${options.host.includes(':') ? `[${options.host}]` : options.host}:${options.port}`;
  const adminToken = randomBytes(32).toString('base64url');

  // The databases are found by the environment, wherever they were named.
  Object.assign(process.env, only(databaseNames, givenValues(options)), process.env);
  const isEmbedded = databaseNames.every((name) => !process.env[name]);

  const settings = async (): Promise<Settings> => {
    const made = isEmbedded ? await madeKeys(directory) : {};
    const sources = { environment: options.environment, given: givenValues(options), made, url };
    const all = settingsOf(declaredWorkers(), sources);
    if (all.problems.length > 0) throw new Error(['This shop cannot be served yet.', ...all.problems].join('\n- '));
    return all;
  };
  await settings();
  const starting = startDatabases({ directory, ports: portsFrom(options.port), durable: options.durable, log: say });
  const [first, databases] = await both(newGeneration(folders.workers, options.build), starting);

  /** The configuration file of a build with the settings as they are now. */
  const configure = async (generation: Generation): Promise<string> => {
    const { variables } = await settings();
    return generation.configure({
      variables: (worker) => ({ ...variables(worker), ...databaseOf(worker, databases) }),
      storage: folders.storage,
      cacheBytes: options.cacheBytes,
      adminToken,
      isBehindProxy: options.isBehindProxy,
      hasTestClock: process.env['SERVE_TEST_CLOCK'] === 'on',
    });
  };

  try {
    writeUrls(directory, options.port, databases);
    const workerd = await superviseWorkerd({
      config: await configure(first),
      listener,
      adminToken,
      onStarted: (pid) => writeWorkerdPid(directory, pid),
      onListening: (admin) => writeState(directory, { pid: process.pid, admin }),
    });
    return {
      url,
      reload: async () => {
        const generation = await newGeneration(folders.workers, options.build);
        const config = await configure(generation);
        await migrate(databases);
        const unanswered = await workerd.replace(config);
        log('info', 'the new build runs', { milliseconds_without_answers: unanswered });
      },
      stop: async () => {
        await workerd.stop();
        await databases.stop();
        removeState(directory);
      },
    };
  } catch (error) {
    await databases.stop();
    throw error;
  }
}

/** Both, or neither: what was started is ended again. */
async function both(building: Promise<Generation>, starting: Promise<Databases>): Promise<[Generation, Databases]> {
  const [built, started] = await Promise.allSettled([building, starting]);
  if (built.status === 'fulfilled' && started.status === 'fulfilled') return [built.value, started.value];
  if (started.status === 'fulfilled') await started.value.stop();
  throw built.status === 'rejected' ? built.reason : started.status === 'rejected' ? started.reason : new Error();
}

async function migrate({ urls }: Databases): Promise<void> {
  await Promise.all([
    ...serviceNames.map((service) => migrateDatabase(urls[service], service)),
    migrateMongo(urls.mongo),
  ]);
}

/** From the environment, else from the secrets file. */
function givenValues({ secrets }: Options): Record<string, string | undefined> {
  return { ...(secrets !== undefined && readSecrets(secrets)), ...process.env };
}

function only(names: string[], values: Record<string, string | undefined>): Record<string, string> {
  return Object.fromEntries(names.flatMap((name): [string, string][] => (values[name] ? [[name, values[name]]] : [])));
}

/** A shop whose data is all here has its keys here too. */
async function madeKeys(directory: string): Promise<Record<string, string>> {
  const { private_key, public_keys, token_encryption_keys } = await loadKeys(directory);
  return { JWT_PRIVATE_KEY: private_key, JWT_PUBLIC_KEYS: public_keys, TOKEN_ENCRYPTION_KEYS: token_encryption_keys };
}

/** For the tools that speak to the databases. It holds passwords, so only its owner may read it. */
function writeUrls(directory: string, port: number, { urls }: Databases): void {
  const file = join(directory, 'urls.json');
  writeFileSync(file, JSON.stringify({ port, urls }), { mode: 0o600 });
  chmodSync(file, 0o600);
}

function say(message: string): void {
  log('info', message);
}
