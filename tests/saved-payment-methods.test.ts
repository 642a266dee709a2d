import { describe, expect, it } from 'vitest';

import { api, eventually, expectProblem, newShopper } from './support/client.ts';
import { sqlOf } from './support/databases.ts';
import {
  change,
  defaultsOf,
  fillUp,
  gatewayMethods,
  list,
  remove,
  rowsOf,
  save,
  saved,
} from './support/saved-methods.ts';

const unknownId = '01938f6e-7a3b-7c4d-9e5f-6a7b8c9d0e1f';
const payments = sqlOf('payments');

describe('POST /v1/me/payment-methods', () => {
  it('saves a card, shows what its owner may see, and keeps the token encrypted', async () => {
    const { token, user } = await newShopper();
    const { status, headers, body } = await save(token);
    expect(status).toBe(201);
    expect(headers.get('location')).toBe(`/v1/me/payment-methods/${body.id}`);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(body).toEqual({
      id: expect.any(String),
      payment_method_code: 'CREDIT_CARD',
      card_brand: 'VISA',
      card_last_four: '4242',
      expiry_month: 12,
      expiry_year: 2030,
      is_default: true,
      created_at: expect.any(String),
      updated_at: body.created_at,
    });
    expect(await list(token)).toEqual([body]);
    const [row, ...others] = await rowsOf(user.id);
    expect(others).toEqual([]);
    const keyId = String(row?.['token_key_id']);
    expect(row).toEqual({
      id: body.id,
      is_default: true,
      gateway_token: expect.stringMatching(new RegExp(`^v1\\.${keyId}\\.[\\w-]{16}\\.[\\w-]{22,}$`)),
      token_key_id: keyId,
      is_deleted: false,
    });
    const [kept] = gatewayMethods(user.id);
    expect(kept).toEqual({ gateway_token: expect.stringMatching(/^sandbox_pm_/), is_forgotten: false });
    expect(JSON.stringify(row)).not.toContain(kept?.gateway_token);
  });

  it('has no card of what is none', async () => {
    const { token } = await newShopper();
    expect(await saved(token, { payment_method_code: 'UPI' })).toMatchObject({
      payment_method_code: 'UPI',
      card_brand: null,
      card_last_four: null,
      expiry_month: null,
      expiry_year: null,
    });
  });

  it('saves what is sent twice twice; the first is the default until another asks for it', async () => {
    const { token, user } = await newShopper();
    const first = await saved(token);
    const second = await saved(token);
    expect([first.is_default, second.is_default]).toEqual([true, false]);
    const third = await saved(token, { is_default: true });
    expect(third.is_default).toBe(true);
    expect((await list(token)).map(({ id, is_default }) => [id, is_default])).toEqual([
      [third.id, true],
      [second.id, false],
      [first.id, false],
    ]);
    expect(gatewayMethods(user.id)).toHaveLength(3);
  });

  it.each([
    ['tok_declined', 'card_declined'],
    ['tok_insufficient_funds', 'insufficient_funds'],
    ['tok_expired_card', 'expired_card'],
    ['tok_error', 'gateway_error'],
    ['tok_unknown', 'unknown_token'],
  ])('saves nothing of %s: %s', async (payment_token, code) => {
    const { token, user } = await newShopper();
    const refused = await save(token, { payment_token });
    expectProblem(refused, 422, 'validation_failed');
    expect(refused.body.errors).toMatchObject([{ pointer: '/payment_token', code }]);
    expect(await rowsOf(user.id)).toEqual([]);
    expect(gatewayMethods(user.id)).toEqual([]);
  });

  it.each([
    ['no token', { payment_token: undefined }, '/payment_token'],
    ['an empty token', { payment_token: '' }, '/payment_token'],
    ['an unknown method', { payment_method_code: 'CASH' }, '/payment_method_code'],
    ['a default that is no yes or no', { is_default: 'yes' }, '/is_default'],
    ['a brand of its own', { card_brand: 'VISA' }, '/card_brand'],
  ])('refuses %s', async (_what, wrong, pointer) => {
    const { token, user } = await newShopper();
    const refused = await save(token, wrong);
    expectProblem(refused, 422, 'validation_failed');
    expect(refused.body.errors).toMatchObject([{ pointer }]);
    expect(await rowsOf(user.id)).toEqual([]);
  });

  it('refuses a method that is switched off', async () => {
    const { token, user } = await newShopper();
    await payments`UPDATE payment_methods SET is_active = false WHERE code = 'WALLET'`;
    try {
      expectProblem(await save(token, { payment_method_code: 'WALLET' }), 409, 'payment_method_unavailable');
    } finally {
      await payments`UPDATE payment_methods SET is_active = true WHERE code = 'WALLET'`;
    }
    expect(await rowsOf(user.id)).toEqual([]);
    expect(gatewayMethods(user.id)).toEqual([]);
  });

  it('refuses a 21st, and asks the gateway for nothing', async () => {
    const { token, user } = await newShopper();
    await fillUp(user.id, 20);
    expectProblem(await save(token), 409, 'saved_method_limit_reached');
    expect(await rowsOf(user.id)).toHaveLength(20);
    expect(gatewayMethods(user.id)).toEqual([]);
  });

  it('stops at 20 however many are sent at once, and the gateway forgets what was too many', async () => {
    const shopper = await newShopper();
    await fillUp(shopper.user.id, 17);
    const answers = await Promise.all(Array.from({ length: 10 }, () => save(shopper.token)));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(3);
    for (const refused of answers.filter(({ status }) => status !== 201)) {
      expectProblem(refused, 409, 'saved_method_limit_reached');
    }
    expect(await list(shopper.token)).toHaveLength(20);
    await eventually(async () => expect(await rowsOf(shopper.user.id)).toHaveLength(20));
    expect(gatewayMethods(shopper.user.id).filter(({ is_forgotten }) => !is_forgotten)).toHaveLength(3);
  });

  it('has one default of many first ones at once', async () => {
    const { token, user } = await newShopper();
    const answers = await Promise.all(Array.from({ length: 10 }, () => save(token)));
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 10 }, () => 201));
    const defaults = answers.filter(({ body }) => body.is_default);
    expect(defaults).toHaveLength(1);
    expect(await defaultsOf(user.id)).toEqual(defaults.map(({ body }) => body.id));
  });

  it('has one default of many at once that all ask for it', async () => {
    const { token, user } = await newShopper();
    const answers = await Promise.all(Array.from({ length: 10 }, () => save(token, { is_default: true })));
    expect(answers.map(({ status, body }) => [status, body.is_default])).toEqual(
      Array.from({ length: 10 }, () => [201, true]),
    );
    expect(await defaultsOf(user.id)).toHaveLength(1);
  });
});

describe('PATCH /v1/me/payment-methods/{id}', () => {
  it('takes the flag from the default, and gives it away', async () => {
    const { token, user } = await newShopper();
    const first = await saved(token);
    const second = await saved(token);
    const { status, body } = await change(token, second.id, true);
    expect(status).toBe(200);
    expect(body).toEqual({ ...second, is_default: true, updated_at: expect.any(String) });
    expect(await defaultsOf(user.id)).toEqual([second.id]);
    expect((await change(token, first.id, false)).body.is_default).toBe(false);
    expect(await defaultsOf(user.id)).toEqual([second.id]);
    expect((await change(token, second.id, false)).body.is_default).toBe(false);
    expect(await defaultsOf(user.id)).toEqual([]);
  });

  it('leaves one default of 20 at once', async () => {
    const { token, user } = await newShopper();
    const methods = [await saved(token), await saved(token), await saved(token), await saved(token)];
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, i) => change(token, methods[i % methods.length].id, true)),
    );
    expect(answers.map(({ status, body }) => [status, body.is_default])).toEqual(
      Array.from({ length: 20 }, () => [200, true]),
    );
    expect(await defaultsOf(user.id)).toHaveLength(1);
  });

  it.each([
    ['nothing', {}, '/is_default'],
    ['another field', { is_default: true, card_brand: 'VISA' }, '/card_brand'],
  ])('refuses %s', async (_what, body, pointer) => {
    const { token } = await newShopper();
    const { id } = await saved(token);
    const refused = await api('PATCH', `/v1/me/payment-methods/${id}`, { token, body });
    expectProblem(refused, 422, 'validation_failed');
    expect(refused.body.errors).toMatchObject([{ pointer }]);
  });
});

describe('a saved payment method of somebody else', () => {
  it('does not exist', async () => {
    const [owner, other] = await Promise.all([newShopper(), newShopper()]);
    const method = await saved(owner.token);
    expect(await list(other.token)).toEqual([]);
    for (const id of [method.id, unknownId, '42']) {
      expectProblem(await change(other.token, id, false), 404, 'not_found');
      expectProblem(await remove(other.token, id), 404, 'not_found');
    }
    expect(await list(owner.token)).toEqual([method]);
  });
});

describe('saved payment methods', () => {
  it.each([
    ['GET', '/v1/me/payment-methods'],
    ['POST', '/v1/me/payment-methods'],
    ['PATCH', `/v1/me/payment-methods/${unknownId}`],
    ['DELETE', `/v1/me/payment-methods/${unknownId}`],
  ])('%s %s is for signed-in customers only', async (method, path) => {
    expectProblem(await api(method, path), 401, 'unauthorized');
    const guest = await api('POST', '/v1/auth/guest');
    expectProblem(await api(method, path, { token: guest.body.access_token }), 403, 'forbidden');
  });
});
