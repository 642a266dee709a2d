import { describe, expect, it } from 'vitest';

import { targetOf } from './routing.ts';

describe('targetOf', () => {
  it.each([
    ['/v1/auth/login', 'USERS'],
    ['/v1/me', 'USERS'],
    ['/v1/me/addresses/1', 'USERS'],
    ['/v1/me/payment-methods', 'PAYMENTS'],
    ['/v1/me/payment-methods/1', 'PAYMENTS'],
    ['/v1/products/a/reviews', 'PRODUCTS'],
    ['/v1/admin/products/import', 'PRODUCTS'],
    ['/v1/cart/items', 'CART'],
    ['/v1/orders', 'ORDERS'],
    ['/v1/payments/webhooks/sandbox', 'PAYMENTS'],
  ])('%s → %s', (path, target) => {
    expect(targetOf(path)).toBe(target);
  });

  it.each(['/v1', '/v1/', '/v1/mess', '/v1/orderss', '/', '', '/v1/admin', 'v1/me'])('%j → nobody', (path) => {
    expect(targetOf(path)).toBeNull();
  });

  it('is not fooled by names of object members', () => {
    expect(targetOf('/constructor')).toBeNull();
    expect(targetOf('/toString')).toBeNull();
  });
});
