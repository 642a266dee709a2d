import { afterEach, beforeEach, expect, it, type MockInstance, vi } from 'vitest';

import { configured } from './env.ts';

const complete = {
  ENVIRONMENT: 'production',
  JWT_ISSUER: 'edge-commerce',
  JWT_PUBLIC_KEYS: JSON.stringify({ keys: [{ kty: 'EC', kid: 'one', x: 'x', y: 'y' }] }),
  DATABASE_URL: 'postgresql://shop@db.example/payments',
  TOKEN_ENCRYPTION_KEYS: JSON.stringify({ current: 'one', keys: { one: Buffer.alloc(32, 1).toString('base64') } }),
  PAYMENT_GATEWAY: 'stripe',
  STRIPE_SECRET_KEY: 'sk_live_1',
  STRIPE_WEBHOOK_SECRET: 'whsec_1',
};
let logged: MockInstance<typeof console.error>;

beforeEach(() => {
  logged = vi.spyOn(console, 'error').mockImplementation(() => {});
});
afterEach(() => {
  logged.mockRestore();
});

/** Whether a worker with these starts, and what its one line says is wrong with them. */
function started(change: Record<string, string | undefined>) {
  const isComplete = configured.isComplete({ ...complete, ...change });
  const [line = '{}', ...others] = logged.mock.calls.map(String);
  expect(others).toEqual([]);
  const { missing, invalid } = JSON.parse(line);
  return { isComplete, missing, invalid };
}

const starts = { isComplete: true, missing: undefined, invalid: undefined };
const refuses = (invalid: string) => ({ isComplete: false, missing: [], invalid: [invalid] });

it('starts in production with Stripe', () => {
  expect(started({})).toEqual(starts);
});

it('does not start in production with the sandbox', () => {
  expect(started({ PAYMENT_GATEWAY: 'sandbox' })).toEqual(refuses('PAYMENT_GATEWAY'));
});

it.each(['sk_test_1', 'rk_test_1'])('does not start in production with the test key %s', (STRIPE_SECRET_KEY) => {
  expect(started({ STRIPE_SECRET_KEY })).toEqual(refuses('STRIPE_SECRET_KEY'));
});

it('does not start in production with another place than Stripe', () => {
  expect(started({ STRIPE_API_URL: 'http://127.0.0.1:12111' })).toEqual(refuses('STRIPE_API_URL'));
});

it.each(['local', 'test', 'staging'])('starts in %s with the sandbox, or with all of these', (ENVIRONMENT) => {
  expect(started({ ENVIRONMENT, PAYMENT_GATEWAY: 'sandbox' })).toEqual(starts);
  const test = { STRIPE_SECRET_KEY: 'sk_test_1', STRIPE_API_URL: 'http://127.0.0.1:12111' };
  expect(started({ ENVIRONMENT, ...test })).toEqual(starts);
});

it.each(['sandbax', ''])('does not start with the gateway %j', (PAYMENT_GATEWAY) => {
  expect(started({ ENVIRONMENT: 'local', PAYMENT_GATEWAY })).toEqual(refuses('PAYMENT_GATEWAY'));
});

it('does not start with Stripe, but without its secrets', () => {
  expect(started({ STRIPE_SECRET_KEY: undefined, STRIPE_WEBHOOK_SECRET: undefined })).toEqual({
    isComplete: false,
    missing: ['STRIPE_SECRET_KEY', 'STRIPE_WEBHOOK_SECRET'],
    invalid: [],
  });
});
