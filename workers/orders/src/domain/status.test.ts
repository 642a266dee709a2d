import { describe, expect, it } from 'vitest';

import { fulfilmentFrom, orderStatuses, sourcesOf } from './status.ts';

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

  it('lets staff move an order one step at a time', () => {
    expect(orderStatuses.map((from) => fulfilmentFrom(from))).toEqual([
      [],
      ['PROCESSING'],
      ['SHIPPED'],
      ['DELIVERED'],
      [],
      [],
      [],
    ]);
  });
});
