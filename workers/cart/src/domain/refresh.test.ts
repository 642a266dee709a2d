import { describe, expect, it } from 'vitest';

import type { ProductSnapshot } from '#shared/contracts/products.ts';

import { type CartContent, emptyContent, withItems } from './cart.ts';
import { refresh } from './refresh.ts';
import { amountsOf } from './totals.ts';

const shown = new Date('2026-11-22T21:00:00.000Z');

function product(product_id: string, fields: Partial<ProductSnapshot> = {}): ProductSnapshot {
  return {
    product_id,
    name: `New ${product_id}`,
    slug: product_id,
    unit_price: '10.00',
    image_url: null,
    available_quantity: 50,
    allow_backorder: false,
    ...fields,
  };
}

const cart: CartContent = withItems(
  emptyContent,
  ['a', 'b'].map((product_id) => ({
    product_id,
    product_name: `Old ${product_id}`,
    product_slug: product_id,
    quantity: 3,
    unit_price: '10.00',
    total_price: '30.00',
    image_url: null,
    added_at: shown,
  })),
);
const asked = ['a', 'b'];

describe('refreshing', () => {
  it('changes nothing while prices are the same', () => {
    const { content, warnings } = refresh(cart, { asked, products: [product('a'), product('b')] });
    expect(content).toBe(cart);
    expect(warnings).toEqual([]);
  });

  it('takes a new price over, with the rest of what the line copies', () => {
    const products = [product('a', { unit_price: '11.25', image_url: 'https://x.example/a.jpg' }), product('b')];
    const { content, warnings } = refresh(cart, { asked, products });
    expect(warnings).toEqual([{ product_id: 'a', code: 'price_changed', old_price: '10.00', new_price: '11.25' }]);
    expect(content.items[0]).toEqual({
      product_id: 'a',
      product_name: 'New a',
      product_slug: 'a',
      quantity: 3,
      unit_price: '11.25',
      total_price: '33.75',
      image_url: 'https://x.example/a.jpg',
      added_at: shown,
    });
    expect(amountsOf(content, { now: shown, coupons: [] }).total_amount).toBe('63.75');
  });

  it('warns of short stock, unless it can be backordered, and of what is not sold any more', () => {
    const scarce = refresh(cart, { asked, products: [product('a', { available_quantity: 2 })] });
    expect(scarce.content).toBe(cart);
    expect(scarce.warnings).toEqual([
      { product_id: 'a', code: 'insufficient_stock', available_quantity: 2 },
      { product_id: 'b', code: 'unavailable' },
    ]);
    const backorder = product('a', { available_quantity: 2, allow_backorder: true });
    expect(refresh(cart, { asked: ['a'], products: [backorder] }).warnings).toEqual([]);
  });

  it('tells of a price once, of the rest for as long as it is so', () => {
    const findings = { asked, products: [product('a', { unit_price: '11.00', available_quantity: 2 })] };
    const first = refresh(cart, findings);
    const lasting = [
      { product_id: 'a', code: 'insufficient_stock', available_quantity: 2 },
      { product_id: 'b', code: 'unavailable' },
    ];
    expect(first.warnings).toEqual([
      { product_id: 'a', code: 'price_changed', old_price: '10.00', new_price: '11.00' },
      ...lasting,
    ]);
    const second = refresh(first.content, findings);
    expect(second.warnings).toEqual(lasting);
    expect(second.content).toBe(first.content);
  });

  it('says nothing of a line that was not asked about', () => {
    const { content, warnings } = refresh(cart, { asked: ['a'], products: [product('a', { unit_price: '9.00' })] });
    expect(warnings).toEqual([{ product_id: 'a', code: 'price_changed', old_price: '10.00', new_price: '9.00' }]);
    expect(content.items[1]).toEqual(cart.items[1]);
  });

  it('keeps prices that fit where the new ones would not', () => {
    const products = [product('a', { unit_price: '99999999.99' }), product('b')];
    const { content, warnings } = refresh(cart, { asked, products });
    expect(content).toBe(cart);
    expect(warnings.map(({ code }) => code)).toEqual(['price_changed']);
  });
});
