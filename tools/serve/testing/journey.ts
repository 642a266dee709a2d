import { expect } from 'vitest';

import { type Body, type clientOf, eventually } from '#tools/serve/testing.ts';

export interface Order {
  email: string;
  token: string;
  id: string;
}

/** What a shopper does in the shop that the client asks. */
export function journeysIn({ call, newShopper }: Pick<ReturnType<typeof clientOf>, 'call' | 'newShopper'>) {
  async function newAddress(token: string): Promise<string> {
    const body = {
      ...{ address_type: 'SHIPPING', full_name: 'Sam Shopper', phone_number: '+15035550100', state: 'OR' },
      ...{ address_line1: '1 Pine Street', city: 'Portland', postal_code: '97201', country: 'US' },
    };
    const address = await call('POST', '/v1/me/addresses', { token, body });
    expect(address.status, JSON.stringify(address.body)).toBe(201);
    return address.body.id;
  }

  /** Somebody who has registered and ordered one piece of this product. */
  async function newOrder(slug: string): Promise<Order> {
    const { email, token } = await newShopper();
    const addressId = await newAddress(token);
    const { body: product } = await call('GET', `/v1/products/${slug}`);
    await call('POST', '/v1/cart/items', { token, body: { product_id: product.id, quantity: 1 } });
    const checkout = { shipping_address_id: addressId, billing_address_id: addressId };
    const placed = await call('POST', '/v1/orders', { token, body: checkout });
    expect(placed.status, JSON.stringify(placed.body)).toBe(201);
    return { email, token, id: String(placed.body.id) };
  }

  function pay({ token, id }: Order, payment_token: string): Promise<{ status: number; body: Body }> {
    return call('POST', '/v1/payments', {
      token,
      body: { order_id: id, payment_method_code: 'CREDIT_CARD', payment_token },
    });
  }

  async function isConfirmed({ token, id }: Order): Promise<void> {
    expect((await call('GET', `/v1/orders/${id}`, { token })).body.status).toBe('CONFIRMED');
  }

  /** From the first visit until the order is paid, and what follows from it has happened. */
  async function wholeJourney(slug: string): Promise<Order> {
    const order = await newOrder(slug);
    const paid = await pay(order, 'tok_success');
    expect(paid).toMatchObject({ status: 201, body: { order_id: order.id, status: 'SUCCESS' } });
    await eventually(() => isConfirmed(order));
    await eventually(async () => expect((await call('GET', '/v1/cart', order)).body.items).toEqual([]));
    const { body: list } = await call('GET', '/v1/orders', order);
    expect(list.data).toMatchObject([{ id: order.id, status: 'CONFIRMED' }]);
    return order;
  }

  return { newAddress, newOrder, pay, isConfirmed, wholeJourney };
}
