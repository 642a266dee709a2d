import { describe, expect, it } from 'vitest';

import { availabilityOf } from './availability.ts';

describe('availabilityOf', () => {
  it.each([
    ['above the threshold', 13, 2, 10, false, 'in_stock', 11],
    ['at the threshold', 12, 2, 10, false, 'low_stock', 10],
    ['the last one', 1, 0, 10, true, 'low_stock', 1],
    ['a threshold of zero', 1, 0, 0, false, 'in_stock', 1],
    ['all reserved', 3, 3, 10, false, 'out_of_stock', 0],
    ['all reserved, may be ordered all the same', 3, 3, 10, true, 'backorder', 0],
    ['more promised than there is', 3, 5, 10, true, 'backorder', 0],
  ] as const)(
    '%s',
    (_, quantity, reserved_quantity, low_stock_threshold, allow_backorder, status, available_quantity) => {
      expect(availabilityOf({ quantity, reserved_quantity, low_stock_threshold, allow_backorder })).toEqual({
        status,
        available_quantity,
      });
    },
  );
});
