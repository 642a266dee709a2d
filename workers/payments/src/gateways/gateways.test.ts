import { describe, expect, it } from 'vitest';

import { whyUnusable } from './gateways.ts';

it('refuses a gateway that does not exist', () => {
  expect(whyUnusable('sandbax', { ENVIRONMENT: 'local' })).toMatch(/names no gateway/);
});

describe('sandbox', () => {
  it('is refused in production', () => {
    expect(whyUnusable('sandbox', { ENVIRONMENT: 'production' })).toMatch(/refused in production/);
  });

  it.each(['local', 'test', 'staging'])('is taken in %s', (ENVIRONMENT) => {
    expect(whyUnusable('sandbox', { ENVIRONMENT })).toBeNull();
  });
});

describe('stripe', () => {
  const secrets = { STRIPE_SECRET_KEY: 'sk_live_1', STRIPE_WEBHOOK_SECRET: 'whsec_1' };

  it('is taken with its secrets', () => {
    expect(whyUnusable('stripe', { ENVIRONMENT: 'production', ...secrets })).toBeNull();
    expect(whyUnusable('stripe', { ENVIRONMENT: 'local', ...secrets, STRIPE_SECRET_KEY: 'sk_test_1' })).toBeNull();
  });

  it('names each secret that is missing', () => {
    expect(whyUnusable('stripe', { ENVIRONMENT: 'local' })).toBe(
      'the stripe gateway lacks a secret: set STRIPE_SECRET_KEY and STRIPE_WEBHOOK_SECRET',
    );
    expect(whyUnusable('stripe', { ENVIRONMENT: 'local', ...secrets, STRIPE_WEBHOOK_SECRET: '' })).toBe(
      'the stripe gateway lacks a secret: set STRIPE_WEBHOOK_SECRET',
    );
  });

  it.each(['sk_test_1', 'rk_test_1'])('is refused in production with the test key %s', (STRIPE_SECRET_KEY) => {
    expect(whyUnusable('stripe', { ENVIRONMENT: 'production', ...secrets, STRIPE_SECRET_KEY })).toMatch(/test key/);
  });

  it('is refused in production at another address', () => {
    const STRIPE_API_URL = 'http://127.0.0.1:12111';
    expect(whyUnusable('stripe', { ENVIRONMENT: 'production', ...secrets, STRIPE_API_URL })).toMatch(/STRIPE_API_URL/);
    expect(whyUnusable('stripe', { ENVIRONMENT: 'local', ...secrets, STRIPE_API_URL })).toBeNull();
  });
});
