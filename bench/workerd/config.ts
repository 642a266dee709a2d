import { join } from 'node:path';

import type { Bundle } from '#tools/serve/bundles.ts';
import { configFile, embed, type Value } from '#tools/serve/capnp.ts';
import { groundServices, type Platform, serviceOf } from '#tools/serve/services.ts';

interface Options {
  bundles: readonly Bundle[];
  /** Variables and secrets of each worker, over those of its wrangler.toml. */
  variables: (worker: Bundle['name']) => Record<string, string>;
  /** Where the configuration will lie. */
  directory: string;
  /** An existing folder for what Durable Objects store. */
  storage: string;
}

const platform: Platform = {
  bindingsOf: (config) => [
    ...config.queues.producers.map(({ binding }) => ({ name: binding, queue: standIn('Queue') })),
    ...config.ratelimits.map(({ name }) => ({ name, service: standIn('RateLimit') })),
    ...config.send_email.map(({ name }) => ({ name, service: standIn('Email') })),
    ...(config.assets ? [{ name: config.assets.binding, service: standIn() }] : []),
  ],
  cache: standIn('Cache'),
  absent: standIn(),
};

/** The configuration of one workerd: a service and a socket for each worker, and the network open to this machine. */
export function configOf({ bundles, variables, directory, storage }: Options): string {
  const standIns = {
    name: 'stand-ins',
    worker: {
      modules: [{ name: 'stand-ins.js', esModule: embed(directory, join(import.meta.dirname, 'stand-ins.js')) }],
      compatibilityDate: bundles[0]?.config.compatibility_date,
    },
  };
  return configFile({
    services: [
      ...groundServices(storage),
      standIns,
      ...bundles.map((bundle) => {
        const modules = [{ name: 'index.js', esModule: embed(directory, bundle.main) }];
        return serviceOf(bundle, { modules, variables: variables(bundle.name) }, { all: bundles, platform });
      }),
    ],
    sockets: bundles.map(({ name }) => ({ name, address: '127.0.0.1:0', http: {}, service: name })),
  });
}

function standIn(entrypoint?: string): Value {
  return { name: 'stand-ins', entrypoint };
}
