import type { Bundle } from './bundles.ts';
import { configFile, embed } from './capnp.ts';
import { extensions, gatewayModules, platform, platformServices } from './platform.ts';
import { groundServices, serviceOf } from './services.ts';

export interface ServeConfig {
  bundles: readonly Bundle[];
  /** Variables and secrets of each worker, over those of its wrangler.toml. */
  variables: (worker: Bundle['name']) => Record<string, string>;
  /** Where the configuration will lie. */
  directory: string;
  /** An existing folder for what Durable Objects store. */
  storage: string;
  cacheBytes: number;
  adminToken: string;
  isBehindProxy: boolean;
  hasTestClock: boolean;
}

/** Names of the sockets: `shop` gets its descriptor on the command line. */
const sockets = { shop: 'shop', admin: 'admin' };

/** The configuration of a whole shop in one workerd. */
export function configOf({
  bundles,
  variables,
  directory,
  storage,
  cacheBytes,
  isBehindProxy,
  ...others
}: ServeConfig): string {
  const services = bundles.map((bundle) => {
    const main = embed(directory, bundle.main);
    const isGateway = bundle.name === 'gateway';
    const modules = isGateway ? gatewayModules(main) : [{ name: 'index.js', esModule: main }];
    const edge = { CACHE_BYTES: String(cacheBytes), ...(isBehindProxy && { BEHIND_PROXY: 'on' }) };
    const values = isGateway ? { ...variables(bundle.name), ...edge } : variables(bundle.name);
    return serviceOf(bundle, { modules, variables: values }, { all: bundles, platform });
  });
  return configFile({
    services: [...groundServices(storage), ...platformServices({ bundles, ...others }), ...services],
    sockets: [
      {
        name: sockets.shop,
        http: isBehindProxy ? { forwardedProtoHeader: 'X-Forwarded-Proto' } : {},
        service: 'gateway',
      },
      { name: sockets.admin, address: '127.0.0.1:0', http: {}, service: 'admin' },
    ],
    extensions: extensions(),
  });
}
