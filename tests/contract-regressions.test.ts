/** What the property-based contract test (tools/ci/contract.sh) has found, one case a kind of fault. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

import { type Answer, api, expectProblem, newShopper, staff } from './support/client.ts';
import { newAddress, shopUrl } from './support/shop.ts';

const document: Answer['body'] = parse(readFileSync(join(import.meta.dirname, '..', 'openapi.yaml'), 'utf8'));
const ajv = new Ajv2020({ strict: false });
formats.default(ajv);
ajv.addSchema({ ...document, $id: 'openapi' });

function isDocumented(component: string, value: unknown): boolean {
  return ajv.validate({ $ref: `openapi#/components/schemas/${component}` }, value);
}

describe('a fixed path beside a pattern', () => {
  it.each([
    ['GET', '/v1/orders/quote', 'POST'],
    ['PATCH', '/v1/admin/orders/export', 'GET, HEAD'],
    ['PATCH', '/v1/admin/products/export', 'GET, HEAD'],
    ['DELETE', '/v1/admin/products/import', 'POST'],
  ])('%s %s is no id for the pattern: 405 with the methods of the path', async (method, path, allow) => {
    // The document has such an answer for none of its operations.
    const response = await fetch(new URL(path, shopUrl()), {
      method,
      headers: { authorization: `Bearer ${await staff('admin')}` },
    });
    const { code }: Answer['body'] = await response.json();
    expect({ status: response.status, code, allow: response.headers.get('allow') }).toEqual({
      status: 405,
      code: 'method_not_allowed',
      allow,
    });
  });

  it('answers HEAD where it has GET', async () => {
    const answer = await api('HEAD', '/v1/admin/orders/export', { token: await staff('manager') });
    expect(answer.status).toBe(200);
  });
});

describe('a required body that is not there', () => {
  it('is no empty object: 415, and nothing changes', async () => {
    const { token } = await newShopper();
    const id = await newAddress(token);
    const before = await api('GET', `/v1/me/addresses/${id}`, { token });
    expectProblem(await api('PATCH', `/v1/me/addresses/${id}`, { token }), 415, 'unsupported_media_type');
    expect((await api('GET', `/v1/me/addresses/${id}`, { token })).body).toEqual(before.body);
  });

  it('is refused before the version is looked at', async () => {
    const token = await staff('manager');
    const { body } = await api('GET', '/v1/admin/categories', { token });
    const answer = await api('PATCH', `/v1/admin/categories/${body.data[0].id}`, {
      token,
      headers: { 'if-match': '"none"' },
    });
    expectProblem(answer, 415, 'unsupported_media_type');
  });

  it('may be left out where it is optional', async () => {
    const { token } = await newShopper();
    const answer = await api('POST', '/v1/orders/01938f6e-7a3b-7c4d-9e5f-6a7b8c9d0e1f/cancel', { token });
    expectProblem(answer, 404, 'not_found');
  });
});

describe('an email address that no mail server takes', () => {
  it.each([
    ['more than 64 characters before the @', `${'a'.repeat(65)}@example.com`],
    ['more than 63 characters between dots', `ada@${'a'.repeat(64)}.com`],
    ['a hyphen before a dot', 'ada@example-.com'],
  ])('%s → 422', async (_, email) => {
    const answer = await api('POST', '/v1/auth/forgot-password', { body: { email } });
    expectProblem(answer, 422, 'validation_failed');
    expect(answer.body.errors).toEqual([
      { pointer: '/email', code: 'invalid_format', message: 'Invalid email address' },
    ]);
  });

  it('has limits that can be reached', async () => {
    const email = `${'a'.repeat(64)}@${'b'.repeat(63)}.example`;
    expect((await api('POST', '/v1/auth/forgot-password', { body: { email } })).status).toBe(202);
  });
});

describe('the document says what the routes refuse', () => {
  const address = {
    address_type: 'SHIPPING',
    full_name: 'Ada Lovelace',
    phone_number: '+14155550123',
    address_line1: '1 Market Street',
    city: 'San Francisco',
    state: 'CA',
    postal_code: '94105',
    country: 'US',
  };
  const coupon = { code: 'WELCOME10', type: 'percentage', value: '10.00' };
  const category = { name: 'Plant Pots' };
  const taxRate = { country: 'US', name: 'Sales tax', rate: '0.0725' };

  it.each([
    ['control characters', 'AddressInput', address, { city: 'San\0Francisco' }],
    ['text of blanks', 'AddressInput', address, { city: ' \t ' }],
    ['a country that is no code', 'AddressInput', address, { country: '00' }],
    ['an amount that is none', 'CouponInput', coupon, { value: '' }],
    ['a year beyond the calendar', 'CouponInput', coupon, { starts_at: '0999-01-01T00:00:00Z' }],
    ['a fraction for a whole number', 'CategoryInput', category, { display_order: 0.5 }],
    ['a whole number that no column holds', 'CategoryInput', category, { display_order: 2_147_483_648 }],
    ['a slug in capitals', 'CategoryInput', category, { slug: 'Plant Pots' }],
    ['an address of no web site', 'CategoryInput', category, { image_url: '0' }],
    ['control characters in a URL', 'CategoryInput', category, { image_url: 'https://cdn.example.com/\u007f' }],
    ['a rate that is none', 'TaxRateInput', taxRate, { rate: '' }],
    ['an email address that is none', 'EmailOnly', { email: 'ada@example.com' }, { email: 'a!b@7qc.6.info' }],
  ])('%s', (_, component, valid, change) => {
    expect(isDocumented(component, valid)).toBe(true);
    expect(isDocumented(component, { ...valid, ...change })).toBe(false);
  });

  it('that If-Match is missing', () => {
    const parameters: { $ref?: string }[] = document.paths['/v1/admin/products/{id}'].patch.parameters;
    const resolved = parameters.map(
      ({ $ref, ...own }) => document.components.parameters?.[$ref?.split('/').at(-1) ?? ''] ?? own,
    );
    expect(resolved).toContainEqual(expect.objectContaining({ name: 'If-Match', in: 'header', required: true }));
  });
});
