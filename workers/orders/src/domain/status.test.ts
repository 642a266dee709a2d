import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { allowedFrom, type OrderStatus, orderStatuses, sourcesOf } from './status.ts';

describe('the order state machine', () => {
  it.each([
    ['PENDING', []],
    ['CONFIRMED', ['PENDING']],
    ['PROCESSING', ['CONFIRMED']],
    ['SHIPPED', ['PROCESSING']],
    ['DELIVERED', ['SHIPPED']],
    ['CANCELLED', ['PENDING', 'CONFIRMED', 'PROCESSING']],
    ['REFUNDED', ['CONFIRMED', 'PROCESSING', 'SHIPPED', 'DELIVERED', 'CANCELLED']],
  ] as const)('%s is reached from %j', (to, from) => {
    expect(sourcesOf(to)).toEqual(from);
  });

  it.each([
    ['PENDING', ['CANCELLED'], ['CANCELLED']],
    ['CONFIRMED', ['PROCESSING', 'CANCELLED'], ['CANCELLED']],
    ['PROCESSING', ['SHIPPED', 'CANCELLED'], ['CANCELLED']],
    ['SHIPPED', ['DELIVERED'], []],
    ['DELIVERED', [], []],
    ['CANCELLED', [], []],
    ['REFUNDED', [], []],
  ] as const)('from %s staff may make %j of it, a customer %j', (from, staff, customer) => {
    expect(allowedFrom(from, 'staff')).toEqual(staff);
    expect(allowedFrom(from, 'customer')).toEqual(customer);
  });

  it('keeps its promises whatever is asked of it, in whatever order', () => {
    const asked = fc.array(fc.constantFrom(...orderStatuses), { maxLength: 30 });
    fc.assert(
      fc.property(asked, (wishes) => {
        const path = wishes.reduce<OrderStatus[]>(
          (made, to) => (sourcesOf(to).includes(made.at(-1) ?? 'PENDING') ? [...made, to] : made),
          ['PENDING'],
        );
        const after = (status: OrderStatus) => (path.includes(status) ? path.slice(path.indexOf(status) + 1) : []);
        const before = (status: OrderStatus) => path.slice(0, Math.max(path.indexOf(status), 0));
        // Nothing happens twice, nothing is fulfilled that was given up, and no money goes back that never came.
        expect(new Set(path).size).toBe(path.length);
        expect(['', 'REFUNDED']).toContain(after('CANCELLED').join());
        expect(after('REFUNDED')).toEqual([]);
        expect(before('CANCELLED')).not.toContain('SHIPPED');
        expect(['', 'PENDING,CONFIRMED']).toContain(before('PROCESSING').join());
        expect(before('REFUNDED').length).not.toBe(1);
      }),
      { numRuns: 2_000 },
    );
  });
});
