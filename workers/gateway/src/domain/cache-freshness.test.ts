import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { ageOf, judge } from './cache-freshness.ts';

const lifetimes = { fresh: 30, stale: 60 };
const asked_at = 1_000_000;
const after = (milliseconds: number) => asked_at + milliseconds;

describe('judge', () => {
  it.each([
    [0, 'fresh'],
    [29_999, 'fresh'],
    [30_000, 'revalidate'],
    [59_999, 'revalidate'],
    [60_000, 'expired'],
    [86_400_000, 'expired'],
  ])('after %i ms: %s', (milliseconds, expected) => {
    expect(judge({ asked_at, version: 7 }, after(milliseconds), 7, lifetimes)).toBe(expected);
  });

  it('takes nothing that is older than the last change', () => {
    expect(judge({ asked_at, version: 6 }, after(0), 7, lifetimes)).toBe('expired');
    expect(judge({ asked_at, version: 0 }, after(0), 7, lifetimes)).toBe('expired');
  });

  it('takes what somebody read who knew of a later change, or whatever is young while no version is known', () => {
    expect(judge({ asked_at, version: 8 }, after(0), 7, lifetimes)).toBe('fresh');
    expect(judge({ asked_at, version: 8 }, after(0), 0, lifetimes)).toBe('fresh');
    expect(judge({ asked_at, version: 8 }, after(45_000), 0, lifetimes)).toBe('revalidate');
  });

  it('only ever gets worse as time passes and the catalogue changes', () => {
    const ranks = ['fresh', 'revalidate', 'expired'];
    fc.assert(
      fc.property(
        fc.record({ asked_at: fc.nat(), version: fc.nat(5) }),
        fc.tuple(fc.nat(200_000), fc.nat(5)),
        fc.tuple(fc.nat(200_000), fc.nat(5)),
        fc.record({ fresh: fc.nat(100), stale: fc.nat(100) }),
        (stamp, [time, version], [later, newer], limits) => {
          const now = stamp.asked_at + time;
          const first = ranks.indexOf(judge(stamp, now, version, limits));
          const second = ranks.indexOf(judge(stamp, now + later, version + newer, limits));
          expect(second).toBeGreaterThanOrEqual(first);
          expect(first === 2).toBe(time >= limits.stale * 1_000 || stamp.version < version);
          expect(first === 0 && time >= limits.fresh * 1_000).toBe(false);
        },
      ),
    );
  });
});

describe('ageOf', () => {
  it('counts whole seconds, none of them negative', () => {
    expect([0, 999, 1_000, 59_999, -5_000].map((passed) => ageOf({ asked_at, version: 0 }, after(passed)))).toEqual([
      0, 0, 1, 59, 0,
    ]);
  });
});
