import { describe, expect, it } from 'vitest';

import type { ProductSnapshot } from '#shared/contracts/products.ts';

import {
  addItem,
  type CartContent,
  emptyCart,
  emptyContent,
  MAX_APPLIED_EVENTS,
  MAX_LINES,
  MAX_QUANTITY,
  type Outcome,
  removeItem,
  reprice,
  setQuantity,
  takeOutOrdered,
} from './cart.ts';
import { amountsOf } from './totals.ts';

const now = new Date('2026-11-22T21:24:42.123Z');
const later = new Date('2026-11-22T21:30:00.000Z');

function product(product_id: string, fields: Partial<ProductSnapshot> = {}): ProductSnapshot {
  return {
    product_id,
    name: `Product ${product_id}`,
    slug: product_id,
    unit_price: '12.50',
    image_url: null,
    available_quantity: 10_000,
    allow_backorder: false,
    ...fields,
  };
}

function contentOf(outcome: Outcome): CartContent {
  if (!outcome.ok) throw new Error(`refused: ${outcome.refusal.code}`);
  return outcome.content;
}

function cartWith(...lines: [ProductSnapshot, number][]): CartContent {
  return lines.reduce((content, [each, quantity]) => contentOf(addItem(content, each, quantity, now)), emptyContent);
}

const total = (content: CartContent) => amountsOf(content, { now, coupons: [] }).total_amount;
const quantities = (content: CartContent) => content.items.map((item) => [item.product_id, item.quantity]);

describe('adding', () => {
  it('copies the product into a line and computes exact totals', () => {
    const content = cartWith([product('a', { unit_price: '19.99', image_url: 'https://x.example/a.jpg' }), 3]);
    expect(content).toEqual({
      items: [
        {
          product_id: 'a',
          product_name: 'Product a',
          product_slug: 'a',
          quantity: 3,
          unit_price: '19.99',
          total_price: '59.97',
          image_url: 'https://x.example/a.jpg',
          added_at: now,
        },
      ],
      coupon_codes: [],
      tax_rate: '0',
      applied_events: [],
    });
  });

  it('adds up, keeps the place and date of the line, and says when its price is another now', () => {
    const before = cartWith([product('a'), 1], [product('b'), 1]);
    const outcome = addItem(before, product('a', { unit_price: '13.00' }), 2, later);
    expect(quantities(contentOf(outcome))).toEqual([
      ['a', 3],
      ['b', 1],
    ]);
    expect(contentOf(outcome).items[0]).toMatchObject({ unit_price: '13.00', total_price: '39.00', added_at: now });
    expect(total(contentOf(outcome))).toBe('51.50');
    expect(outcome).toMatchObject({
      warnings: [{ product_id: 'a', code: 'price_changed', old_price: '12.50', new_price: '13.00' }],
    });
  });

  it('stops at 999 of a product', () => {
    const before = cartWith([product('a'), 998]);
    expect(quantities(contentOf(addItem(before, product('a'), 1, now)))).toEqual([['a', MAX_QUANTITY]]);
    expect(addItem(before, product('a'), 2, now)).toEqual({ ok: false, refusal: { code: 'quantity_too_large' } });
  });

  it('stops at 100 different products, but still adds to those that are there', () => {
    const full = cartWith(
      ...Array.from({ length: MAX_LINES }, (_, i): [ProductSnapshot, number] => [product(`${i}`), 1]),
    );
    expect(full.items).toHaveLength(100);
    expect(addItem(full, product('new'), 1, now)).toEqual({ ok: false, refusal: { code: 'too_many_lines' } });
    expect(contentOf(addItem(full, product('7'), 1, now)).items[7]?.quantity).toBe(2);
  });

  it('counts what is in the cart already against the stock', () => {
    const scarce = product('a', { available_quantity: 5 });
    const before = cartWith([scarce, 3]);
    expect(addItem(before, scarce, 3, now)).toEqual({
      ok: false,
      refusal: { code: 'insufficient_stock', items: [{ product_id: 'a', requested: 6, available: 5 }] },
    });
    expect(quantities(contentOf(addItem(before, scarce, 2, now)))).toEqual([['a', 5]]);
    expect(quantities(contentOf(addItem(before, { ...scarce, allow_backorder: true }, 3, now)))).toEqual([['a', 6]]);
  });

  it('never shows less than nothing as available', () => {
    expect(addItem(emptyContent, product('a', { available_quantity: -4 }), 1, now)).toEqual({
      ok: false,
      refusal: { code: 'insufficient_stock', items: [{ product_id: 'a', requested: 1, available: 0 }] },
    });
  });

  it('refuses what no amount column could hold', () => {
    const dear = product('a', { unit_price: '99999999.99' });
    expect(total(cartWith([dear, 1]))).toBe('99999999.99');
    expect(addItem(emptyContent, dear, 2, now)).toEqual({ ok: false, refusal: { code: 'amount_too_large' } });
  });
});

describe('changing', () => {
  const before = cartWith([product('a'), 2], [product('b', { unit_price: '0.99' }), 5]);

  it('sets a quantity', () => {
    const content = contentOf(setQuantity(before, 'b', product('b', { unit_price: '0.99' }), 7, later));
    expect(quantities(content)).toEqual([
      ['a', 2],
      ['b', 7],
    ]);
    expect(total(content)).toBe('31.93');
  });

  it('refuses a quantity for what is not in the cart, not sold, or not there', () => {
    expect(setQuantity(before, 'c', product('c'), 1, now)).toEqual({ ok: false, refusal: { code: 'not_in_cart' } });
    expect(setQuantity(before, 'a', null, 1, now)).toEqual({
      ok: false,
      refusal: { code: 'product_unavailable', items: [{ product_id: 'a' }] },
    });
    expect(setQuantity(before, 'a', product('a', { available_quantity: 1 }), 2, now)).toEqual({
      ok: false,
      refusal: { code: 'insufficient_stock', items: [{ product_id: 'a', requested: 2, available: 1 }] },
    });
  });

  it('removes a line', () => {
    const content = contentOf(removeItem(before, 'a'));
    expect(quantities(content)).toEqual([['b', 5]]);
    expect(total(content)).toBe('4.95');
    expect(removeItem(content, 'a')).toEqual({ ok: false, refusal: { code: 'not_in_cart' } });
  });

  it('empties, and knows when there is nothing to empty', () => {
    const content = emptyCart(takeOutOrdered(before, 'event', []).content).content;
    expect(content).toEqual({ ...emptyContent, applied_events: ['event'] });
    expect(emptyCart(content).content).toBe(content);
  });

  it('takes over prices of what is in the cart and nothing else', () => {
    const { content } = reprice(before, [
      { product_id: 'b', unit_price: '1.09' },
      { product_id: 'other', unit_price: '5.00' },
    ]);
    expect(content.items.map((item) => [item.product_id, item.unit_price, item.total_price])).toEqual([
      ['a', '12.50', '25.00'],
      ['b', '1.09', '5.45'],
    ]);
    expect(total(content)).toBe('30.45');
    expect(reprice(content, [{ product_id: 'b', unit_price: '1.09' }]).content).toBe(content);
  });

  it('keeps the old price where the new one could not be stored', () => {
    expect(reprice(before, [{ product_id: 'a', unit_price: '99999999.99' }]).content).toBe(before);
  });
});

describe('an order', () => {
  const before = cartWith([product('a'), 2], [product('b', { unit_price: '0.99' }), 5]);

  it('takes its quantities out; what was added since stays', () => {
    const added = contentOf(addItem(before, product('a'), 3, later));
    const { content } = takeOutOrdered(added, 'event', [
      { product_id: 'a', quantity: 2 },
      { product_id: 'b', quantity: 5 },
    ]);
    expect(quantities(content)).toEqual([['a', 3]]);
    expect(total(content)).toBe('37.50');
    expect(content.applied_events).toEqual(['event']);
  });

  it('takes nothing from a line that was put in again since', () => {
    const ordered = before.items.map(({ product_id, quantity, added_at }) => ({
      product_id,
      quantity,
      added_at: added_at.toISOString(),
    }));
    const again = contentOf(addItem(emptyCart(before).content, product('a'), 2, later));
    expect(quantities(takeOutOrdered(again, 'event', ordered).content)).toEqual([['a', 2]]);
    expect(quantities(takeOutOrdered(before, 'event', ordered).content)).toEqual([]);
  });

  it('takes the coupons out that were used for it, and no others', () => {
    const content = { ...before, coupon_codes: ['USED', 'NEW'] };
    expect(takeOutOrdered(content, 'event', [], ['USED', 'OTHER']).content.coupon_codes).toEqual(['NEW']);
  });

  it('takes nothing the second time', () => {
    const { content } = takeOutOrdered(before, 'event', [{ product_id: 'a', quantity: 1 }]);
    expect(takeOutOrdered(content, 'event', [{ product_id: 'a', quantity: 1 }]).content).toBe(content);
  });

  it('sums several lines of one product, and bears products that are no longer in the cart', () => {
    const { content } = takeOutOrdered(before, 'event', [
      { product_id: 'b', quantity: 1 },
      { product_id: 'b', quantity: 3 },
      { product_id: 'gone', quantity: 9 },
    ]);
    expect(quantities(content)).toEqual([
      ['a', 2],
      ['b', 1],
    ]);
  });

  it('is remembered among the latest ones', () => {
    const events = Array.from({ length: MAX_APPLIED_EVENTS + 3 }, (_, i) => `event-${i}`);
    const content = events.reduce((each, event) => takeOutOrdered(each, event, []).content, before);
    expect(content.applied_events).toEqual(events.slice(3));
  });
});
