import type { Bundle } from './bundles.ts';
import type { Value } from './capnp.ts';

/** What stands for the parts of the platform that workerd leaves to others. */
export interface Platform {
  /** The worker's bindings to queues, rate limits, mail, metrics and static files. */
  bindingsOf(config: Bundle['config']): Value[];
  /** The service behind the Cache API, if it is one. */
  cache?: Value;
  /** In place of a bound worker that does not run here. */
  absent: Value;
  /** Classes whose objects stay in memory. Others go after 10 s without a request. */
  pinned?: readonly string[];
}

/** The network, with this machine and its neighbours in it, and the folder where Durable Objects are kept. */
export function groundServices(storage: string): Value[] {
  return [
    { name: 'internet', network: { allow: ['public', 'private'], tlsOptions: { trustBrowserCas: true } } },
    { name: 'storage', disk: { path: storage, writable: true } },
  ];
}

/** Durable Objects of a worker, kept on disk. What they store is found again by the keys made here. */
export function objectsOf(
  worker: string,
  classes: readonly string[],
  pinned: readonly string[] = [],
): Record<string, Value> {
  if (classes.length === 0) return {};
  return {
    durableObjectNamespaces: classes.map((className) => ({
      className,
      uniqueKey: `${worker}-${className}`,
      enableSql: true,
      ...(pinned.includes(className) && { preventEviction: true }),
    })),
    durableObjectStorage: { localDisk: 'storage' },
  };
}

/**
 * A worker as a service of workerd.
 *
 * @param worker.modules its modules, the main one first
 * @param worker.variables variables and secrets, over those of its wrangler.toml
 * @param surroundings.all the workers that run, which others can be bound to
 */
export function serviceOf(
  { name, config }: Bundle,
  worker: { modules: Value[]; variables: Record<string, string> },
  { all, platform }: { all: readonly Bundle[]; platform: Platform },
): Value {
  const running = new Set<string>(all.map((bundle) => bundle.name));
  const objects = config.durable_objects.bindings;
  return {
    name,
    worker: {
      modules: worker.modules,
      compatibilityDate: config.compatibility_date,
      compatibilityFlags: config.compatibility_flags,
      bindings: [
        ...Object.entries({ ...config.vars, ...worker.variables }).map(([key, text]) => ({ name: key, text })),
        ...config.services.map(({ binding, service, entrypoint }) => ({
          name: binding,
          service: running.has(service) ? { name: service, entrypoint } : platform.absent,
        })),
        ...objects.map((object) => ({ name: object.name, durableObjectNamespace: object.class_name })),
        ...platform.bindingsOf(config),
      ],
      cacheApiOutbound: platform.cache,
      ...objectsOf(
        name,
        objects.map(({ class_name }) => class_name),
        platform.pinned,
      ),
    },
  };
}
