import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { freeSlots, randomSlots, slotName, unlimitedSlot } from './coupon-slots.ts';

const slots = (...numbers: number[]) => numbers.map(slotName);

describe('free slots', () => {
  it('are those that nobody has', () => {
    expect(freeSlots(3, [])).toEqual(slots(1, 2, 3));
    expect(freeSlots(3, slots(2))).toEqual(slots(1, 3));
    expect(freeSlots(3, slots(1, 2, 3))).toEqual([]);
  });

  it('are fewer by each use beyond the limit', () => {
    expect(freeSlots(3, [...slots(9), unlimitedSlot('a')])).toEqual(slots(1));
    expect(freeSlots(3, slots(3, 9))).toEqual(slots(1));
    expect(freeSlots(3, slots(1, 8, 9))).toEqual([]);
    expect(freeSlots(3, slots(4, 5, 6, 7))).toEqual([]);
  });

  it('exist exactly while there are fewer uses than the limit', () => {
    const number = fc.integer({ min: 1, max: 12 });
    fc.assert(
      fc.property(number, fc.uniqueArray(number), (limit, taken) => {
        const free = freeSlots(limit, taken.map(slotName));
        expect(free.length > 0).toBe(taken.length < limit);
        expect(free.filter((slot) => taken.map(slotName).includes(slot))).toEqual([]);
      }),
    );
  });

  it('never make more uses than the limit, however old the reading they were chosen by', () => {
    const step = fc.record({
      kind: fc.constantFrom('read', 'use', 'release'),
      choice: fc.nat(),
    });
    const number = fc.integer({ min: 1, max: 12 });
    fc.assert(
      fc.property(number, fc.uniqueArray(number), fc.array(step, { maxLength: 40 }), (limit, initial, steps) => {
        const taken = new Set(initial.map(slotName));
        let most = Math.max(limit, taken.size);
        const chosen: string[] = [];
        for (const { kind, choice } of steps) {
          const free = freeSlots(limit, [...taken]);
          const pick = <Value>(values: Value[]) => values[choice % values.length];
          if (kind === 'read') chosen.push(...free.slice(choice % (free.length + 1)).slice(0, 1));
          const slot = kind === 'read' ? undefined : pick(kind === 'use' ? chosen : [...taken]);
          if (kind === 'use' && slot !== undefined) taken.add(slot);
          if (kind === 'release' && slot !== undefined) taken.delete(slot);
          most = Math.max(limit, Math.min(most, taken.size));
          expect(taken.size).toBeLessThanOrEqual(most);
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe('random slots', () => {
  it('are all of them where there are few, else different ones under the limit', () => {
    expect(randomSlots(3, 5)).toEqual(slots(1, 2, 3));
    const some = randomSlots(1_000, 50);
    expect(new Set(some).size).toBe(50);
    expect(some.filter((slot) => slot < slotName(1) || slot > slotName(1_000))).toEqual([]);
  });
});

it('slots of uses without a limit sort after all numbers', () => {
  expect(unlimitedSlot('0') > slotName(1_000_000)).toBe(true);
  expect(slotName(999_999) < slotName(1_000_000)).toBe(true);
});
