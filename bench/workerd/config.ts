import { join, relative } from 'node:path';

import type { Bundle } from './bundles.ts';

interface Options {
  bundles: readonly Bundle[];
  /** Variables and secrets of each worker, over those of its wrangler.toml. */
  variables: (worker: Bundle['name']) => Record<string, string>;
  /** Where the configuration will lie. */
  directory: string;
  /** An existing folder for what Durable Objects store. */
  storage: string;
}

/** A value of Cap'n Proto's text format, in which workerd is configured. */
type Value = string | boolean | { raw: string } | readonly Value[] | { [field: string]: Value | undefined };

/** The configuration of one workerd: a service and a socket for each worker, and the network open to this machine. */
export function configOf({ bundles, variables, directory, storage }: Options): string {
  // An absolute path would be looked up in workerd's own schemas.
  const embed = (file: string) => ({ raw: `embed ${JSON.stringify(relative(directory, file))}` });
  const standIns = {
    name: 'stand-ins',
    worker: {
      modules: [{ name: 'stand-ins.js', esModule: embed(join(import.meta.dirname, 'stand-ins.js')) }],
      compatibilityDate: bundles[0]?.config.compatibility_date,
    },
  };
  const config = {
    services: [
      { name: 'internet', network: { allow: ['public', 'private'], tlsOptions: { trustBrowserCas: true } } },
      { name: 'storage', disk: { path: storage, writable: true } },
      standIns,
      ...bundles.map((bundle) => serviceOf(bundle, embed(bundle.main), bundles, variables(bundle.name))),
    ],
    sockets: bundles.map(({ name }) => ({ name, address: '127.0.0.1:0', http: {}, service: name })),
  };
  return `using Workerd = import "/workerd/workerd.capnp";\nconst config :Workerd.Config = ${text(config)};\n`;
}

function serviceOf(
  { name, config }: Bundle,
  main: Value,
  all: readonly Bundle[],
  variables: Record<string, string>,
): Value {
  const classes = config.durable_objects.bindings;
  return {
    name,
    worker: {
      modules: [{ name: 'index.js', esModule: main }],
      compatibilityDate: config.compatibility_date,
      compatibilityFlags: config.compatibility_flags,
      bindings: bindingsOf(config, all, variables),
      cacheApiOutbound: standIn('Cache'),
      ...(classes.length > 0 && {
        durableObjectNamespaces: classes.map(({ class_name }) => ({
          className: class_name,
          uniqueKey: `${name}-${class_name}`,
          enableSql: true,
        })),
        durableObjectStorage: { localDisk: 'storage' },
      }),
    },
  };
}

function bindingsOf(config: Bundle['config'], all: readonly Bundle[], variables: Record<string, string>): Value[] {
  const running = new Set<string>(all.map(({ name }) => name));
  return [
    ...Object.entries({ ...config.vars, ...variables }).map(([name, value]) => ({ name, text: value })),
    ...config.services.map(({ binding, service, entrypoint }) => ({
      name: binding,
      service: running.has(service) ? { name: service, entrypoint } : standIn(),
    })),
    ...config.durable_objects.bindings.map(({ name, class_name }) => ({ name, durableObjectNamespace: class_name })),
    ...config.queues.producers.map(({ binding }) => ({ name: binding, queue: standIn('Queue') })),
    ...config.ratelimits.map(({ name }) => ({ name, service: standIn('RateLimit') })),
    ...config.send_email.map(({ name }) => ({ name, service: standIn('Email') })),
    ...(config.assets ? [{ name: config.assets.binding, service: standIn() }] : []),
  ];
}

function standIn(entrypoint?: string): Value {
  return { name: 'stand-ins', entrypoint };
}

function text(value: Value): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'boolean') return String(value);
  if (isList(value)) return `[${value.map(text).join(', ')}]`;
  if (isRaw(value)) return value.raw;
  const fields = Object.entries(value).flatMap(([name, field]) =>
    field === undefined ? [] : [`${name} = ${text(field)}`],
  );
  return `(${fields.join(', ')})`;
}

function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}

function isRaw(value: object): value is { raw: string } {
  return 'raw' in value;
}
