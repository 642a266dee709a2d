import type { OpenAPIHono } from '@hono/zod-openapi';

import { parseKeySet } from '#shared/auth/tokens.ts';
import { describeError, log } from '#shared/http/log.ts';
import type { Health } from '#shared/rpc.ts';

import release from '../../../../../package.json' with { type: 'json' };
import type { GatewayEnv } from '../../env.ts';
import { getJsonWebKeySet, getLiveness, getReadiness, getVersion } from './system.contract.ts';

export function addSystemRoutes(app: OpenAPIHono<GatewayEnv>): void {
  app.openapi(getLiveness, (c) => c.json({ status: 'ok' } as const, 200));

  app.openapi(getReadiness, async (c) => {
    const [users, products, cart, orders, payments, notifications] = await Promise.all([
      check('users', c.env.USERS_SERVICE.health()),
      check('products', c.env.PRODUCTS_SERVICE.health()),
      check('cart', c.env.CART_SERVICE.health()),
      check('orders', c.env.ORDERS_SERVICE.health()),
      check('payments', c.env.PAYMENTS_SERVICE.health()),
      check('notifications', c.env.NOTIFICATIONS_SERVICE.health()),
    ]);
    const checks = { users, products, cart, orders, payments, notifications };
    const isReady = Object.values(checks).every(({ status }) => status === 'ok');
    c.header('cache-control', 'no-store');
    return isReady
      ? c.json({ status: 'ok' as const, checks }, 200)
      : c.json({ status: 'down' as const, checks }, 503, { 'retry-after': '5' });
  });

  app.openapi(getVersion, (c) => c.json({ name: release.name, version: release.version }, 200));

  app.openapi(getJsonWebKeySet, (c) => {
    c.header('cache-control', 'public, max-age=300');
    const { keys } = parseKeySet(c.env.JWT_PUBLIC_KEYS);
    return c.json({ keys: keys.map((key) => ({ ...key, kty: key.kty ?? '', kid: key.kid ?? '' })) }, 200);
  });
}

async function check(service: string, asked: PromiseLike<Health>) {
  const started = Date.now();
  try {
    const { ok, latency_ms } = await asked;
    return { status: ok ? ('ok' as const) : ('down' as const), latency_ms };
  } catch (error) {
    log('error', 'service does not answer', { dependency: service, ...describeError(error) });
    return { status: 'down' as const, latency_ms: Date.now() - started };
  }
}
