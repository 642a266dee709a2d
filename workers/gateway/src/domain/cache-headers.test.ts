import { describe, expect, it } from 'vitest';

import { hitStatus, isKnown, missStatus } from './cache-headers.ts';

describe('Cache-Status', () => {
  const lifetimes = { fresh: 30, stale: 60 };

  it('of what was kept tells how long it is still fresh', () => {
    expect(hitStatus('fresh', 0, lifetimes)).toBe('edge; hit; ttl=30');
    expect(hitStatus('fresh', 29, lifetimes)).toBe('edge; hit; ttl=1');
    expect(hitStatus('revalidate', 45, lifetimes)).toBe('edge; hit; ttl=-15');
  });

  it('marks what is shown only because there is nothing newer', () => {
    expect(hitStatus('expired', 3_600, lifetimes)).toBe('edge; hit; ttl=-3570; detail=upstream-unavailable');
    expect(hitStatus('expired', 5, lifetimes)).toBe('edge; hit; ttl=0; detail=upstream-unavailable');
  });

  it('of what products gave tells why it was asked, and what became of the answer', () => {
    const miss = { hadEntry: false, isStored: true, isCollapsed: false };
    expect(missStatus(miss)).toBe('edge; fwd=miss; stored');
    expect(missStatus({ ...miss, hadEntry: true })).toBe('edge; fwd=stale; stored');
    expect(missStatus({ ...miss, isStored: false })).toBe('edge; fwd=miss');
    expect(missStatus({ ...miss, isCollapsed: true })).toBe('edge; fwd=miss; collapsed');
  });
});

describe('isKnown', () => {
  it.each([
    ['W/"a"', 'W/"a"', true],
    ['"a"', 'W/"a"', true],
    ['W/"a"', '"a"', true],
    ['"b", W/"a"', 'W/"a"', true],
    ['"b","a"', 'W/"a"', true],
    ['*', 'W/"a"', true],
    [' * ', 'W/"a"', true],
    ['"b"', 'W/"a"', false],
    ['"ab"', 'W/"a"', false],
    ['a', 'W/"a"', false],
    ['"x, \\"a\\""', 'W/"b"', false],
    ['', 'W/"a"', false],
    [undefined, 'W/"a"', false],
    ['*', null, false],
  ])('%s with %s: %s', (ifNoneMatch, etag, expected) => {
    expect(isKnown(ifNoneMatch, etag)).toBe(expected);
  });
});
