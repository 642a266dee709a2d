import { describe, expect, it } from 'vitest';

import { draftOrder, eventsOf, priceOrder } from './draft.ts';

const address = {
  id: '01938f6e-2222-7c4d-9e5f-6a7b8c9d0e1f',
  full_name: 'Ada Lovelace',
  phone_number: '+14155550123',
  address_line1: '1 Market Street',
  address_line2: null,
  city: 'San Francisco',
  state: 'CA',
  postal_code: '94105',
  country: 'US',
};
const claim = {
  user_id: '01938f6e-1111-7c4d-9e5f-6a7b8c9d0e1f',
  method: 'POST',
  path: '/v1/orders',
  key: 'k',
  resourceId: '01938f6e-1c2d-7e3f-8a4b-5c6d7e8f9a0b',
  attempt: '01938f6e-3333-7c4d-9e5f-6a7b8c9d0e1f',
};
const now = new Date('2026-11-22T21:24:42.123Z');

function draft(unit_price: string, deadlineMinutes: number) {
  const line = { product_id: address.id, name: 'Pot', sku: 'POT', unit_price, weight: null, quantity: 1 };
  const method = { code: 'post', name: 'Post', baseAmount: 0n, perKgAmount: 0n, freeOver: null };
  const priced = priceOrder([line], { methods: [method], taxRate: '0.0000' }, undefined, []);
  if (!priced) throw new Error('There is a method.');
  return draftOrder({
    claim,
    input: { shipping_address_id: address.id, billing_address_id: address.id },
    email: 'ada@example.com',
    shipTo: address,
    billTo: address,
    currency: 'USD',
    deadlineMinutes,
    priced,
    now,
  });
}

describe('a new order', () => {
  it.each([
    [30, '2026-11-22T21:54:42.123Z'],
    [5, '2026-11-22T21:29:42.123Z'],
    [1_440, '2026-11-23T21:24:42.123Z'],
  ])('is to be paid within the %i minutes that are configured', (minutes, due) => {
    const { order, history } = draft('10.00', minutes);
    expect([order.status, order.payment_due_at?.toISOString()]).toEqual(['PENDING', due]);
    expect(history.map(({ from_status, to_status }) => [from_status, to_status])).toEqual([[null, 'PENDING']]);
  });

  it('that costs nothing is CONFIRMED by the system, with nothing to be paid', () => {
    const drafted = draft('0.00', 30);
    expect([drafted.order.status, drafted.order.payment_due_at]).toEqual(['CONFIRMED', null]);
    expect(drafted.history).toMatchObject([
      { from_status: null, to_status: 'PENDING', notes: null, changed_by: claim.user_id },
      { from_status: 'PENDING', to_status: 'CONFIRMED', notes: 'Nothing to pay', changed_by: null },
    ]);
    expect(eventsOf(drafted, { items: [], coupon_codes: [] }).map(({ type }) => type)).toEqual([
      'order.placed',
      'order.confirmed',
    ]);
  });

  it('keeps the addresses as they are now, without their ids', () => {
    const { order } = draft('10.00', 30);
    const { id, ...snapshot } = address;
    expect(order).toMatchObject({ shipping_address_id: id, billing_address_id: id });
    expect([order.shipping_address, order.billing_address]).toEqual([snapshot, snapshot]);
  });
});
