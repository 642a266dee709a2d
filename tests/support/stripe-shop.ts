import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

import { Stripe } from 'stripe';
import { inject } from 'vitest';

import { loadKeys } from '#tools/stack/keys.ts';
import { portsFrom } from '#tools/stack/ports.ts';
import { writeWorkerConfigs } from '#tools/stack/worker-configs.ts';
import { startWorkers } from '#tools/stack/wrangler.ts';
import { type FakeStripe, startFakeStripe } from '#tools/stripe/fake-stripe.ts';

import { type Answer, apiAt } from './client.ts';
import { refuseLoggedSecrets } from './secrets.ts';
import { type ThrowAwayShop, throwAwayShop } from './throw-away-shop.ts';

const webhookSecret = 'whsec_of_the_fake';

/** The stack's shop once more, with payments of its own that go through Stripe: a fake one, with books. */
export interface StripeShop {
  stripe: FakeStripe;
  payments(statement: string, values?: unknown[]): Promise<Record<string, unknown>[]>;
  call(method: string, path: string, options?: Parameters<typeof apiAt>[3]): Promise<Answer>;
  /** POST a payment of the order; a new key each time unless one is given. */
  pay(buyer: { token: string }, order: { id: string }, source: Record<string, unknown>, key?: string): Promise<Answer>;
  /** POST an event as Stripe would, signed with this secret. */
  tell(type: string, object: object, options?: { id?: string; secret?: string }): Promise<Answer>;
  sweep(): Promise<Answer>;
  stop(): Promise<void>;
}

export async function startStripeShop(): Promise<StripeShop> {
  const directory = mkdtempSync(join(tmpdir(), 'stripe-shop-'));
  const root = resolve(import.meta.dirname, '..', '..');
  const port = Number(new URL(inject('stack').url).port) + 5;
  const url = `http://localhost:${port}`;
  const [stripe, own] = await Promise.all([startFakeStripe(), throwAwayShop()]);
  const configs = writeWorkerConfigs(root, directory, {
    url,
    databases: databasesWith(own),
    keys: await loadKeys(inject('stack').directory),
    variables: {
      PAYMENT_GATEWAY: 'stripe',
      STRIPE_SECRET_KEY: 'sk_test_of_the_fake',
      STRIPE_WEBHOOK_SECRET: webhookSecret,
      STRIPE_API_URL: stripe.url,
    },
  });
  const workers = await startWorkers(configs, { root, directory, ports: portsFrom(port), onLine: () => {} });
  const call: StripeShop['call'] = (method, path, options) => apiAt(url, method, path, options);
  return {
    stripe,
    payments: (statement, values) => own.query('payments', statement, values),
    call,
    pay: ({ token }, { id: order_id }, source, key = randomUUID()) =>
      call('POST', '/v1/payments', {
        token,
        headers: { 'idempotency-key': key },
        body: { order_id, payment_method_code: 'CREDIT_CARD', ...source },
      }),
    tell: async (type, object, { id = `evt_${randomUUID()}`, secret = webhookSecret } = {}) => {
      const body = JSON.stringify({ id, object: 'event', type, data: { object } });
      const cryptoProvider = Stripe.createSubtleCryptoProvider();
      const signing = Stripe.webhooks.generateTestHeaderStringAsync({ payload: body, secret, cryptoProvider });
      return call('POST', '/v1/payments/webhooks/stripe', { body, headers: { 'stripe-signature': await signing } });
    },
    sweep: () => call('POST', '/dev/sweep'),
    stop: async () => {
      await workers.stop();
      await Promise.all([stripe.close(), own.close()]);
      refuseLoggedSecrets(readFileSync(join(directory, 'workers.log'), 'utf8'));
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** All but payments are the stack's: whoever orders there can pay here. */
function databasesWith(own: ThrowAwayShop) {
  const { urls, neonEndpoint } = inject('stack');
  const at = (name: string) => urls[name] ?? '';
  return {
    urls: {
      users: at('users'),
      products: at('products'),
      orders: at('orders'),
      payments: own.urls.payments,
      mongo: at('mongo'),
    },
    neonEndpoint,
    stop: async () => {},
  };
}
