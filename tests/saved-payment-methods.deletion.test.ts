import { afterAll, describe, expect, it } from 'vitest';

import { api, eventually, expectProblem, newShopper, type Shopper } from './support/client.ts';
import { sqlOf } from './support/databases.ts';
import { change, defaultsOf, fillUp, gatewayMethods, list, remove, rowsOf, saved } from './support/saved-methods.ts';
import { atCheckpoint, sweep } from './support/shop.ts';

const payments = sqlOf('payments');
const closers: (() => void)[] = [];

afterAll(() => {
  for (const close of closers) close();
});

/** Nothing is left of the user's methods, here or at the gateway. */
async function expectForgotten({ user }: Shopper, count: number): Promise<void> {
  await eventually(async () => expect(await rowsOf(user.id)).toEqual([]));
  const forgotten = gatewayMethods(user.id).map(({ is_forgotten }) => is_forgotten);
  expect(forgotten).toEqual(Array.from({ length: count }, () => true));
}

describe('DELETE /v1/me/payment-methods/{id}', () => {
  it('is forgotten here and at the gateway, and no other becomes the default', async () => {
    const { token, user } = await newShopper();
    const { id } = await saved(token);
    const other = await saved(token);
    const { status, body } = await remove(token, id);
    expect({ status, body }).toEqual({ status: 204, body: '' });
    expect(await list(token)).toEqual([other]);
    expectProblem(await remove(token, id), 404, 'not_found');
    expectProblem(await change(token, id, true), 404, 'not_found');
    await eventually(async () => expect(await rowsOf(user.id)).toHaveLength(1));
    expect(gatewayMethods(user.id).filter(({ is_forgotten }) => is_forgotten)).toHaveLength(1);
    expect(await defaultsOf(user.id)).toEqual([]);
    expect((await saved(token)).is_default).toBe(false);
  });

  it('of the last one lets the next be the first again', async () => {
    const { token } = await newShopper();
    const { id } = await saved(token);
    await remove(token, id);
    expect((await saved(token)).is_default).toBe(true);
  });

  it('is done to its end by the sweep where the worker dies', async () => {
    const shopper = await newShopper();
    const { id } = await saved(shopper.token);
    const { headers, reached, close } = await atCheckpoint('saved_method.deleted', async () => {}, { kill: true });
    closers.push(close);
    remove(shopper.token, id, headers).catch(() => {});
    await reached;
    expect(await list(shopper.token)).toEqual([]);
    expect(await rowsOf(shopper.user.id)).toMatchObject([{ id, is_deleted: true, is_default: false }]);
    expect(gatewayMethods(shopper.user.id)).toMatchObject([{ is_forgotten: false }]);
    await sweep();
    await expectForgotten(shopper, 1);
  });

  it('is tried again while the gateway cannot be told, and holds up no other', async () => {
    const [stuck, shopper] = await Promise.all([newShopper(), newShopper()]);
    const { id } = await saved(stuck.token);
    const other = await saved(shopper.token);
    await payments`UPDATE user_saved_payment_methods SET gateway = 'none' WHERE id = ${id}`;
    expect((await remove(stuck.token, id)).status).toBe(204);
    await payments`UPDATE user_saved_payment_methods SET deleted_at = now(), is_default = false WHERE id = ${other.id}`;
    await sweep();
    await expectForgotten(shopper, 1);
    expect(await list(stuck.token)).toEqual([]);
    expect(await rowsOf(stuck.user.id)).toMatchObject([{ id, is_deleted: true }]);
    await payments`UPDATE user_saved_payment_methods SET gateway = 'sandbox' WHERE id = ${id}`;
    await sweep();
    await expectForgotten(stuck, 1);
  });

  it('of all of them happens when the account is deleted, once however often it is told', async () => {
    const [shopper, other] = await Promise.all([newShopper(), newShopper()]);
    await saved(shopper.token);
    await saved(shopper.token);
    await saved(other.token);
    expect((await api('DELETE', '/v1/me', { token: shopper.token })).status).toBe(204);
    await expectForgotten(shopper, 2);
    expect(await list(other.token)).toHaveLength(1);

    await fillUp(shopper.user.id, 1);
    await sqlOf(
      'users',
    )`UPDATE outbox SET sent_at = NULL WHERE type = 'user.deleted' AND subject_id = ${shopper.user.id}`;
    await sweep();
    // One that is sent later, so that the first has been looked at.
    expect((await api('DELETE', '/v1/me', { token: other.token })).status).toBe(204);
    await expectForgotten(other, 1);
    expect(await rowsOf(shopper.user.id)).toMatchObject([{ is_deleted: false }]);
  });

  it('is all that saving comes to with the token of an account that is gone', async () => {
    const shopper = await newShopper();
    await saved(shopper.token);
    expect((await api('DELETE', '/v1/me', { token: shopper.token })).status).toBe(204);
    await expectForgotten(shopper, 1);
    const body = { payment_method_code: 'CREDIT_CARD', payment_token: 'tok_success' };
    expectProblem(await api('POST', '/v1/me/payment-methods', { token: shopper.token, body }), 401, 'unauthorized');
    await eventually(async () => {
      await sweep();
      await expectForgotten(shopper, 2);
    });
  });
});
