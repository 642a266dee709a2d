import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { uuidv7 } from 'uuidv7';
import { beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';

import { type Answer, api, expectProblem, newShopper, staff } from './support/client.ts';

type Level = 'public' | 'guest' | 'customer' | 'manager' | 'admin';

/** Who may do what, at least. A change here is a change of what the API lets people do. */
const levels: Record<string, Level> = {
  'GET /.well-known/jwks.json': 'public',
  'GET /livez': 'public',
  'GET /readyz': 'public',
  'GET /version': 'public',

  'POST /v1/auth/forgot-password': 'public',
  'POST /v1/auth/guest': 'public',
  'POST /v1/auth/login': 'public',
  'POST /v1/auth/logout': 'public',
  'POST /v1/auth/refresh': 'public',
  'POST /v1/auth/register': 'public',
  'POST /v1/auth/resend-verification': 'public',
  'POST /v1/auth/reset-password': 'public',
  'POST /v1/auth/verify-email': 'public',
  'GET /v1/categories': 'public',
  'GET /v1/categories/{id_or_slug}': 'public',
  'GET /v1/payment-methods': 'public',
  'GET /v1/products': 'public',
  'GET /v1/products/{id_or_slug}': 'public',
  'GET /v1/products/{id}/reviews': 'public',
  'POST /v1/payments/webhooks/{gateway}': 'public',

  'GET /v1/cart': 'guest',
  'DELETE /v1/cart': 'guest',
  'POST /v1/cart/items': 'guest',
  'PATCH /v1/cart/items/{product_id}': 'guest',
  'DELETE /v1/cart/items/{product_id}': 'guest',
  'POST /v1/cart/coupons': 'guest',
  'DELETE /v1/cart/coupons/{code}': 'guest',

  'POST /v1/cart/merge': 'customer',
  'GET /v1/me': 'customer',
  'PATCH /v1/me': 'customer',
  'DELETE /v1/me': 'customer',
  'POST /v1/me/password': 'customer',
  'GET /v1/me/sessions': 'customer',
  'DELETE /v1/me/sessions/{id}': 'customer',
  'GET /v1/me/addresses': 'customer',
  'POST /v1/me/addresses': 'customer',
  'GET /v1/me/addresses/{id}': 'customer',
  'PATCH /v1/me/addresses/{id}': 'customer',
  'DELETE /v1/me/addresses/{id}': 'customer',
  'GET /v1/me/payment-methods': 'customer',
  'POST /v1/me/payment-methods': 'customer',
  'PATCH /v1/me/payment-methods/{id}': 'customer',
  'DELETE /v1/me/payment-methods/{id}': 'customer',
  'GET /v1/orders': 'customer',
  'POST /v1/orders': 'customer',
  'GET /v1/orders/{id}': 'customer',
  'POST /v1/orders/{id}/cancel': 'customer',
  'POST /v1/orders/quote': 'customer',
  'GET /v1/payments': 'customer',
  'POST /v1/payments': 'customer',
  'GET /v1/payments/{id}': 'customer',
  'POST /v1/products/{id}/reviews': 'customer',
  'PATCH /v1/reviews/{id}': 'customer',
  'DELETE /v1/reviews/{id}': 'customer',

  'GET /v1/admin/categories': 'manager',
  'POST /v1/admin/categories': 'manager',
  'GET /v1/admin/categories/{id}': 'manager',
  'PATCH /v1/admin/categories/{id}': 'manager',
  'DELETE /v1/admin/categories/{id}': 'manager',
  'GET /v1/admin/coupons': 'manager',
  'POST /v1/admin/coupons': 'manager',
  'GET /v1/admin/coupons/{code}': 'manager',
  'PATCH /v1/admin/coupons/{code}': 'manager',
  'DELETE /v1/admin/coupons/{code}': 'manager',
  'GET /v1/admin/orders': 'manager',
  'GET /v1/admin/orders/export': 'manager',
  'GET /v1/admin/orders/{id}': 'manager',
  'PATCH /v1/admin/orders/{id}': 'manager',
  'GET /v1/admin/shipping-methods': 'manager',
  'POST /v1/admin/shipping-methods': 'manager',
  'GET /v1/admin/shipping-methods/{id}': 'manager',
  'PATCH /v1/admin/shipping-methods/{id}': 'manager',
  'DELETE /v1/admin/shipping-methods/{id}': 'manager',
  'GET /v1/admin/tax-rates': 'manager',
  'POST /v1/admin/tax-rates': 'manager',
  'GET /v1/admin/tax-rates/{id}': 'manager',
  'PATCH /v1/admin/tax-rates/{id}': 'manager',
  'DELETE /v1/admin/tax-rates/{id}': 'manager',
  'GET /v1/admin/transactions': 'manager',
  'GET /v1/admin/transactions/{id}': 'manager',
  'POST /v1/admin/transactions/{id}/refunds': 'manager',
  'POST /v1/admin/orders/{id}/status': 'manager',
  'GET /v1/admin/products': 'manager',
  'POST /v1/admin/products': 'manager',
  'GET /v1/admin/products/{id}': 'manager',
  'PATCH /v1/admin/products/{id}': 'manager',
  'DELETE /v1/admin/products/{id}': 'manager',
  'POST /v1/admin/products/{id}/images': 'manager',
  'PATCH /v1/admin/products/{id}/images/{image_id}': 'manager',
  'DELETE /v1/admin/products/{id}/images/{image_id}': 'manager',
  'GET /v1/admin/products/export': 'manager',
  'POST /v1/admin/products/import': 'manager',
  'GET /v1/admin/products/{id}/inventory': 'manager',
  'PATCH /v1/admin/products/{id}/inventory': 'manager',
  'GET /v1/admin/products/{id}/inventory/adjustments': 'manager',
  'POST /v1/admin/products/{id}/inventory/adjustments': 'manager',
  'GET /v1/admin/inventory/low-stock': 'manager',
  'GET /v1/admin/reviews': 'manager',
  'POST /v1/admin/reviews/{id}/approve': 'manager',
  'POST /v1/admin/reviews/{id}/reject': 'manager',

  'GET /v1/admin/audit-log': 'admin',
  'GET /v1/admin/payment-methods': 'admin',
  'PATCH /v1/admin/payment-methods/{id}': 'admin',
  'GET /v1/admin/roles': 'admin',
  'POST /v1/admin/roles': 'admin',
  'GET /v1/admin/users': 'admin',
  'GET /v1/admin/users/{id}': 'admin',
  'PATCH /v1/admin/users/{id}': 'admin',
  'PUT /v1/admin/users/{id}/roles/{name}': 'admin',
  'DELETE /v1/admin/users/{id}/roles/{name}': 'admin',
};

const Document = z.looseObject({
  paths: z.record(z.string(), z.record(z.string(), z.looseObject({ operationId: z.string() }))),
});
const { paths } = Document.parse(parse(readFileSync(join(import.meta.dirname, '..', 'openapi.yaml'), 'utf8')));
const documented = Object.entries(paths).flatMap(([path, item]) =>
  Object.keys(item).map((method) => `${method.toUpperCase()} ${path}`),
);

let tokens: Record<Exclude<Level, 'public'>, string>;

beforeAll(async () => {
  const guest = (await api('POST', '/v1/auth/guest')).body.access_token;
  tokens = {
    guest,
    customer: (await newShopper()).token,
    manager: await staff('manager'),
    admin: await staff('admin'),
  };
});

/** The operation with ids that name nothing, and no body: who may call is decided before what is asked. */
function call(operation: string, token?: string, headers: Record<string, string> = {}): Promise<Answer> {
  const [method = '', path = ''] = operation.split(' ');
  const target = path.replaceAll('{name}', 'NO_SUCH_ROLE').replaceAll(/\{\w+\}/g, uuidv7());
  return api(method, target, { headers, ...(token === undefined ? {} : { token }) });
}

/** The claims of an administrator over the signature of somebody else. */
function forged(token: string): string {
  const [header = '', payload = '', signature = ''] = token.split('.');
  const claims = z.looseObject({}).parse(JSON.parse(Buffer.from(payload, 'base64url').toString()));
  const raised = JSON.stringify({ ...claims, roles: ['CUSTOMER', 'MANAGER', 'ADMIN'] });
  return [header, Buffer.from(raised).toString('base64url'), signature].join('.');
}

function unsigned(token: string): string {
  const [, payload = ''] = forged(token).split('.');
  return `${Buffer.from('{"alg":"none","typ":"at+jwt"}').toString('base64url')}.${payload}.`;
}

const ranks = ['guest', 'customer', 'manager', 'admin'] as const;

const operations = Object.entries(levels);
const restricted = operations.flatMap(([operation, level]) =>
  level === 'public' ? [] : [[operation, level] as const],
);

test('the list names every operation of the API, and no other', () => {
  expect(Object.keys(levels).sort()).toEqual(documented.sort());
});

describe('without the role it needs', () => {
  test.each(restricted)('%s (%s) is refused', async (operation, level) => {
    expectProblem(await call(operation), 401, 'unauthorized');
    for (const token of [forged(tokens.customer), unsigned(tokens.customer), `${tokens.admin.slice(0, -8)}AAAAAAAA`]) {
      expectProblem(await call(operation, token), 401, 'unauthorized');
    }
    for (const lower of ranks.slice(0, ranks.indexOf(level))) {
      expectProblem(await call(operation, tokens[lower]), 403, 'forbidden');
    }
  });
});

describe('with it', () => {
  test.each(operations)('%s (%s) is let through', async (operation, level) => {
    // Some of them end the account that calls.
    const token = level === 'customer' ? (await newShopper()).token : level === 'public' ? undefined : tokens[level];
    expect([401, 403]).not.toContain((await call(operation, token)).status);
  });

  test.each(restricted.filter(([, level]) => level === 'manager'))(
    '%s (%s) is open to administrators',
    async (operation) => {
      expect([401, 403]).not.toContain((await call(operation, tokens.admin)).status);
    },
  );
});

describe('headers of our own making', () => {
  const claimed = {
    'x-internal-user-id': uuidv7(),
    'x-internal-roles': 'CUSTOMER,MANAGER,ADMIN',
    'x-internal-token': 'anything',
  };

  test.each(Object.keys(paths))('give nothing at GET %s', async (path) => {
    const operation = `GET ${path}`;
    const [plain, claiming] = [await call(operation), await call(operation, undefined, claimed)];
    expect([claiming.status, claiming.body.code]).toEqual([plain.status, plain.body.code]);
    const refusals = levels[operation] === 'public' ? [plain.status] : [401, 404, 405];
    expect(refusals).toContain(claiming.status);
  });
});
