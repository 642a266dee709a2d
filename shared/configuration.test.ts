import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import { configured as cart } from '../workers/cart/src/env.ts';
import { configured as gateway } from '../workers/gateway/src/env.ts';
import gatewayHandlers from '../workers/gateway/src/index.ts';
import { configured as notifications } from '../workers/notifications/src/env.ts';
import notificationsHandlers, { NotificationsService } from '../workers/notifications/src/index.ts';
import { configured as orders } from '../workers/orders/src/env.ts';
import ordersHandlers, { OrdersService } from '../workers/orders/src/index.ts';
import { configured as products } from '../workers/products/src/env.ts';
import productsHandlers, { ProductsService } from '../workers/products/src/index.ts';
import { configured as users } from '../workers/users/src/env.ts';
import usersHandlers, { UsersService } from '../workers/users/src/index.ts';

const key = { kty: 'EC', crv: 'P-256', kid: 'current', x: 'x', y: 'y' };
const common = {
  ENVIRONMENT: 'production',
  JWT_ISSUER: 'edge-commerce',
  JWT_PUBLIC_KEYS: JSON.stringify({ keys: [key] }),
};
const DATABASE_URL = 'postgresql://user:hidden@db.example/shop';

const complete = {
  gateway: { ...common, ALLOWED_ORIGINS: '', CATALOGUE_FRESH_SECONDS: '30', CATALOGUE_STALE_SECONDS: '60' },
  users: { ...common, DATABASE_URL, JWT_PRIVATE_KEY: JSON.stringify({ ...key, d: 'hidden' }) },
  products: { ...common, DATABASE_URL, CURRENCY: 'USD' },
  orders: { ...common, DATABASE_URL, CURRENCY: 'USD', PAYMENT_DEADLINE_MINUTES: '30' },
  cart: {
    ...common,
    MONGODB_URI: 'mongodb+srv://user:hidden@cluster.example/cart',
    CURRENCY: 'USD',
    CART_SHARDS: '8',
    CUSTOMER_CART_DAYS: '30',
    GUEST_CART_DAYS: '7',
  },
  notifications: {
    ENVIRONMENT: 'production',
    EMAIL_ADAPTER: 'resend',
    EMAIL_FROM: 'Shop <shop@shop.example>',
    STOREFRONT_URL: 'https://shop.example',
    RESEND_API_KEY: 'hidden',
  },
};

const configurations = { gateway, users, products, orders, cart, notifications };

const lines: Record<string, unknown>[] = [];

beforeEach(() => {
  lines.length = 0;
  vi.spyOn(console, 'error').mockImplementation((line: string) => {
    lines.push(JSON.parse(line));
  });
  vi.spyOn(console, 'log').mockImplementation(() => {});
});

afterEach(() => {
  vi.restoreAllMocks();
});

const without = (env: object, name: string) =>
  Object.fromEntries(Object.entries(env).filter(([other]) => other !== name));

const message = 'this worker answers 503 to everything until its configuration is complete';

describe.each(Object.values(configurations))('$service', (one) => {
  const { service } = one;
  const env: object = Object.entries(complete).find(([name]) => name === service)?.[1] ?? {};

  test('is content with what it needs', () => {
    expect(one.isComplete(env)).toBe(true);
    expect(lines).toEqual([]);
  });

  test.each(Object.keys(env))('says once that %s is missing', (name) => {
    const lacking = without(env, name);
    expect([one.isComplete(lacking), one.isComplete(lacking)]).toEqual([false, false]);
    expect(lines).toEqual([
      expect.objectContaining({ level: 'error', message, service, missing: [name], invalid: [] }),
    ]);
  });

  test('names what has another form, and no value', () => {
    const names = Object.keys(env).filter((name) => /URL|URI|KEYS?$/.test(name) && name !== 'RESEND_API_KEY');
    for (const name of names) expect(one.isComplete({ ...env, [name]: 'hidden' })).toBe(false);
    expect(lines.map(({ invalid }) => invalid)).toEqual(names.map((name) => [name]));
    expect(JSON.stringify(lines)).not.toContain('hidden');
  });
});

const context = () => {
  const { promise } = Promise.withResolvers<never>();
  return { waitUntil: () => promise, passThroughOnException: () => {}, props: {} };
};

/** Calls a handler with bindings that its type does not allow. */
function call(handlers: object, name: string, ...args: unknown[]): unknown {
  return Reflect.apply(Reflect.get(handlers, name), handlers, args);
}

describe('a worker that lacks a secret', () => {
  test.each([
    { handlers: gatewayHandlers, path: '/livez', lacks: 'JWT_PUBLIC_KEYS', env: complete.gateway },
    { handlers: usersHandlers, path: '/v1/auth/login', lacks: 'JWT_PRIVATE_KEY', env: complete.users },
    { handlers: productsHandlers, path: '/v1/products', lacks: 'DATABASE_URL', env: complete.products },
    { handlers: ordersHandlers, path: '/v1/nowhere', lacks: 'DATABASE_URL', env: complete.orders },
  ])('answers 503 to $path without $lacks', async ({ handlers, path, lacks, env }) => {
    const request = new Request(`https://shop.example${path}`);
    const lacking = without(env, lacks);
    for (const _ of [1, 2]) {
      const response = await call(handlers, 'fetch', request, lacking, context());
      if (!(response instanceof Response)) throw new Error('It gave no answer.');
      expect(response.status).toBe(503);
      expect(await response.json()).toMatchObject({ code: 'service_unavailable' });
    }
    expect(lines).toEqual([expect.objectContaining({ message, missing: [lacks] })]);
  });

  test.each([
    { Service: UsersService, env: complete.users, lacks: 'DATABASE_URL' },
    { Service: ProductsService, env: complete.products, lacks: 'JWT_PUBLIC_KEYS' },
    { Service: OrdersService, env: complete.orders, lacks: 'DATABASE_URL' },
    { Service: NotificationsService, env: complete.notifications, lacks: 'RESEND_API_KEY' },
  ])('refuses every call of $Service.name without $lacks', ({ Service, env, lacks }) => {
    expect(() => Reflect.construct(Service, [context(), without(env, lacks)])).toThrow(/ is not configured/);
    expect(lines).toEqual([expect.objectContaining({ message, missing: [lacks] })]);
  });

  test('leaves its events in the queue for later, and runs no sweep', async () => {
    const retryAll = vi.fn<(options: { delaySeconds: number }) => void>();
    const batch = { queue: 'notifications-events', messages: [{ body: {} }], retryAll };
    const lacking = without(complete.notifications, 'RESEND_API_KEY');
    await call(notificationsHandlers, 'queue', batch, lacking, context());
    expect(retryAll.mock.calls).toEqual([[{ delaySeconds: 300 }]]);
    const scheduled = () => call(usersHandlers, 'scheduled', {}, {}, context());
    expect(scheduled).toThrow('users is not configured');
  });
});
