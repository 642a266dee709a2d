import { randomUUID } from 'node:crypto';

import { describe, expect, it } from 'vitest';

import { type Answer, api, eventually, expectProblem, newShopper, staff } from './support/client.ts';
import { sqlOf } from './support/databases.ts';
import { addToCart, atCheckpoint, newAddress, newBuyer, newProduct, placeOrder, stockOf } from './support/shop.ts';

describe('an order', () => {
  it('of what costs nothing is PENDING all the same while its shipping costs something', async () => {
    const free = await newProduct({ price: '0.00', quantity: 2 });
    const unpaid = await placeOrder(await newBuyer(free.id));
    expect(unpaid.body).toMatchObject({
      status: 'PENDING',
      subtotal: '0.00',
      shipping_amount: '4.90',
      total_amount: '4.90',
    });
  });

  it('keeps its addresses whatever becomes of them', async () => {
    const product = await newProduct();
    const buyer = await newBuyer(product.id);
    const billTo = await newAddress(buyer.token, { address_type: 'BILLING', city: 'Salem' });
    const { body: order } = await placeOrder(buyer, { body: { billing_address_id: billTo } });
    expect([order.shipping_address.city, order.billing_address.city]).toEqual(['Portland', 'Salem']);
    const edited = await api('PATCH', `/v1/me/addresses/${buyer.addressId}`, {
      token: buyer.token,
      body: { city: 'Eugene' },
    });
    expect(edited.status).toBe(200);
    expect((await api('DELETE', `/v1/me/addresses/${billTo}`, { token: buyer.token })).status).toBe(204);
    expect((await api('GET', `/v1/orders/${order.id}`, { token: buyer.token })).body).toEqual(order);
  });

  it('is of the cart as it is by then, and leaves in it what came in afterwards', async () => {
    const product = await newProduct({ price: '10.00', quantity: 9 });
    const late = await newProduct({ price: '3.00', quantity: 9 });
    const buyer = await newBuyer(product.id);
    const quoted = await api('POST', '/v1/orders/quote', {
      token: buyer.token,
      body: { shipping_address_id: buyer.addressId },
    });
    expect(quoted.body.subtotal).toBe('10.00');
    await addToCart(buyer.token, product.id, 2);
    const point = await atCheckpoint('checkout.reserved', async () => {
      await addToCart(buyer.token, product.id, 1);
      await addToCart(buyer.token, late.id, 1);
    });
    const { body: order } = await placeOrder(buyer, { headers: point.headers });
    point.close();
    expect(order).toMatchObject({ subtotal: '30.00', items: [{ product_id: product.id, quantity: 3 }] });
    await eventually(async () => {
      const { body: cart } = await api('GET', '/v1/cart', { token: buyer.token });
      expect(cart.items).toMatchObject([
        { product_id: product.id, quantity: 1 },
        { product_id: late.id, quantity: 1 },
      ]);
    });
    expect(await stockOf(product.id)).toEqual({ quantity: 9, reserved: 3 });
    expect(await stockOf(late.id)).toEqual({ quantity: 9, reserved: 0 });
  });

  it('is nobody else’s to see', async () => {
    const product = await newProduct();
    const [ada, eve] = await Promise.all([newBuyer(product.id), newShopper()]);
    const { body } = await placeOrder(ada);
    expect((await api('GET', `/v1/orders/${body.id}`, { token: ada.token })).body).toEqual(body);
    expectProblem(await api('GET', `/v1/orders/${body.id}`, { token: eve.token }), 404, 'not_found');
    expectProblem(await api('GET', `/v1/admin/orders/${body.id}`, { token: eve.token }), 403, 'forbidden');
    expectProblem(await api('GET', '/v1/orders/not-an-id', { token: ada.token }), 404, 'not_found');
    expect((await api('GET', '/v1/orders', { token: eve.token })).body.data).toEqual([]);
  });

  it('moves one step at a time, by staff only, and every step is written down once', async () => {
    const product = await newProduct();
    const buyer = await newBuyer(product.id);
    const { body: order } = await placeOrder(buyer);
    const manager = await staff('manager');
    const move = (to_status: string, token = manager) =>
      api('POST', `/v1/admin/orders/${order.id}/status`, { token, body: { to_status } });
    expectProblem(await move('PROCESSING', buyer.token), 403, 'forbidden');
    const refused = await move('PROCESSING');
    expectProblem(refused, 409, 'invalid_transition');
    expect(refused.body.allowed).toEqual(['CANCELLED']);
    expectProblem(await move('CONFIRMED'), 422, 'validation_failed');
    expectProblem(
      await api('POST', `/v1/admin/orders/${randomUUID()}/status`, { token: manager, body: { to_status: 'SHIPPED' } }),
      404,
      'not_found',
    );

    await sqlOf('orders')`UPDATE orders SET status = 'CONFIRMED' WHERE id = ${order.id}`;
    const answers = await Promise.all(Array.from({ length: 10 }, () => move('PROCESSING')));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    for (const answer of answers.filter(({ status }) => status !== 200)) {
      expectProblem(answer, 409, 'invalid_transition');
      expect(answer.body.allowed).toEqual(['SHIPPED', 'CANCELLED']);
    }
    const history = await sqlOf(
      'orders',
    )`SELECT to_status FROM order_status_history WHERE order_id = ${order.id} ORDER BY created_at, id`;
    expect(history).toEqual([{ to_status: 'PENDING' }, { to_status: 'PROCESSING' }]);
  });

  it('is listed in pages, newest first', async () => {
    const product = await newProduct();
    const buyer = await newBuyer(product.id);
    const ids: string[] = [];
    for (let i = 0; i < 5; i++) {
      if (i > 0) await addToCart(buyer.token, product.id, 1);
      const { body } = await placeOrder(buyer, { body: { accept_price_changes: true } });
      ids.unshift(body.id);
    }
    const seen: string[] = [];
    let path: string | null = '/v1/orders?limit=2';
    while (path !== null) {
      const { body, headers }: Answer = await api('GET', path, { token: buyer.token });
      seen.push(...body.data.map(({ id }: { id: string }) => id));
      path = /^<([^>]+)>; rel="next"$/.exec(headers.get('link') ?? '')?.[1] ?? null;
      expect(body.page.has_more).toBe(path !== null);
    }
    expect(seen).toEqual(ids);
    const oldest = await api('GET', '/v1/orders?sort=created_at&limit=1', { token: buyer.token });
    expect(oldest.body.data[0].id).toBe(ids[4]);
    const cursor: string = oldest.body.page.next_cursor;
    expectProblem(await api('GET', `/v1/orders?cursor=${cursor}`, { token: buyer.token }), 400, 'invalid_cursor');
  });

  it('is found by its status and time, in the list of its owner', async () => {
    const product = await newProduct();
    const buyer = await newBuyer(product.id);
    const { body: first } = await placeOrder(buyer);
    expect((await api('POST', `/v1/orders/${first.id}/cancel`, { token: buyer.token })).status).toBe(200);
    await addToCart(buyer.token, product.id, 1);
    const { body: second } = await placeOrder(buyer, { body: { accept_price_changes: true } });
    const found = async (query: string) => {
      const { body } = await api('GET', `/v1/orders?${query}`, { token: buyer.token });
      return body.data.map(({ id }: { id: string }) => id);
    };
    expect(await found('')).toEqual([second.id, first.id]);
    expect(await found('status=CANCELLED')).toEqual([first.id]);
    expect(await found('status=SHIPPED')).toEqual([]);
    expect(await found(`created_at[gte]=${second.created_at}`)).toEqual([second.id]);
    expect(await found(`created_at[lt]=${second.created_at}`)).toEqual([first.id]);
    for (const [query, status, code] of [
      ['status=PAID', 422, 'validation_failed'],
      ['created_at[gte]=yesterday', 422, 'validation_failed'],
      ['sort=total_amount', 422, 'validation_failed'],
      ['user_id=me', 400, 'unknown_parameter'],
    ] as const) {
      expectProblem(await api('GET', `/v1/orders?${query}`, { token: buyer.token }), status, code);
    }
  });
});
