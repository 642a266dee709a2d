import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { ProductSnapshot } from '#shared/contracts/products.ts';
import { fromCents, sum, toCents } from '#shared/money/money.ts';

import { addItem, emptyContent, MAX_QUANTITY, takeOutOrdered } from './cart.ts';
import { MAX_COUPONS } from './cart-coupons.ts';
import { applyChange, type Change } from './change.ts';
import { amountsOf } from './totals.ts';

const now = new Date('2026-11-22T21:24:42.123Z');

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

const circumstances = {
  now,
  exhausted: ['C6'],
  coupons: Array.from({ length: 7 }, (_, i) => ({
    id: `${i}`,
    code: `C${i}`,
    type: 'percentage' as const,
    value: '12.50',
    min_subtotal: i === 1 ? '100.00' : null,
    starts_at: null,
    ends_at: null,
    usage_limit: null,
    per_user_limit: null,
    is_active: true,
    version: 1,
    created_at: now,
    updated_at: now,
  })),
};

describe('for any sequence of changes', () => {
  const ids = fc.constantFrom('a', 'b', 'c', 'd');
  const cents = fc.bigInt({ min: 0n, max: 250_000n });
  const sold = fc
    .tuple(ids, cents, fc.integer({ min: -5, max: 2_000 }), fc.boolean())
    .map(([id, price, available_quantity, allow_backorder]) =>
      product(id, { unit_price: fromCents(price), available_quantity, allow_backorder }),
    );
  const codes = fc.constantFrom('C0', 'C1', 'C2', 'C3', 'C4', 'C5', 'C6');
  const quantity = fc.integer({ min: 1, max: MAX_QUANTITY });
  const lines = fc.array(fc.record({ product_id: ids, quantity }), { maxLength: 5 });
  const change: fc.Arbitrary<Change> = fc.oneof(
    fc.record({ kind: fc.constant('add_item'), product: sold, quantity }),
    sold.chain((each) =>
      fc.record({
        kind: fc.constant('set_quantity'),
        product_id: fc.constant(each.product_id),
        product: fc.constantFrom(each, null),
        quantity,
      }),
    ),
    fc.record({ kind: fc.constant('remove_item'), product_id: ids }),
    fc.record({ kind: fc.constantFrom('apply_coupon', 'remove_coupon'), coupon_code: codes }),
    fc.record({
      kind: fc.constant('take_out_ordered'),
      event_id: fc.uuid(),
      items: lines,
      coupon_codes: fc.array(codes, { maxLength: 2 }),
    }),
    fc.record({
      kind: fc.constant('reprice'),
      prices: fc.array(fc.record({ product_id: ids, unit_price: cents.map(fromCents) })),
    }),
    fc.record({
      kind: fc.constant('refresh'),
      findings: fc.record({ asked: fc.array(ids), products: fc.uniqueArray(sold, { selector: (p) => p.product_id }) }),
    }),
  );

  it('amounts add up, quantities stay within bounds, a product has one line, a refusal changes nothing', () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 30 }), (changes) => {
        let content = emptyContent;
        for (const each of changes) {
          const before = structuredClone(content);
          const outcome = applyChange(content, each, circumstances);
          expect(content).toEqual(before);
          if (outcome.ok) content = outcome.content;
          const totals = content.items.map((item) => toCents(item.unit_price) * BigInt(item.quantity));
          expect(content.items.map((item) => item.total_price)).toEqual(totals.map(fromCents));
          const amounts = amountsOf(content, circumstances);
          expect(amounts.subtotal).toBe(fromCents(sum(totals)));
          const discount = sum(amounts.applied_coupons.map(({ discount_amount }) => toCents(discount_amount)));
          expect(amounts.discount_amount).toBe(fromCents(discount));
          expect(amounts.total_amount).toBe(fromCents(sum(totals) - discount));
          expect(amounts.applied_coupons.map(({ coupon_code }) => coupon_code)).toEqual(content.coupon_codes);
          expect(new Set(content.coupon_codes).size).toBe(content.coupon_codes.length);
          expect(content.coupon_codes.length).toBeLessThanOrEqual(MAX_COUPONS);
          expect(new Set(content.items.map((item) => item.product_id)).size).toBe(content.items.length);
          for (const item of content.items) {
            expect(item.quantity).toBeGreaterThanOrEqual(1);
            expect(item.quantity).toBeLessThanOrEqual(MAX_QUANTITY);
          }
        }
      }),
    );
  });

  it('an order leaves exactly what it did not take, down to nothing', () => {
    fc.assert(
      fc.property(lines, lines, (added, ordered) => {
        const content = added.reduce((each, line) => {
          const outcome = addItem(each, product(line.product_id), line.quantity, now);
          return outcome.ok ? outcome.content : each;
        }, emptyContent);
        const left = takeOutOrdered(content, 'event', ordered).content;
        for (const { product_id, quantity: had } of content.items) {
          const taken = ordered.reduce((all, line) => all + (line.product_id === product_id ? line.quantity : 0), 0);
          const kept = left.items.find((item) => item.product_id === product_id)?.quantity ?? 0;
          expect(kept).toBe(Math.max(0, had - taken));
        }
        expect(left.items.length).toBeLessThanOrEqual(content.items.length);
      }),
    );
  });
});
