import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { guardFormula } from '#shared/csv/cells.ts';

import { unguardFormula } from './formula.ts';

const cell = fc
  .array(fc.oneof(fc.constantFrom("'", '=', '+', '-', '@', '\t', '\r', '\n', ' ', '"', '1'), fc.string()), {
    maxLength: 5,
  })
  .map((parts) => parts.join(''));

describe('cells that a spreadsheet would run', () => {
  it.each([
    ['=1+1', "'=1+1"],
    ["'=1+1", "''=1+1"],
    ['-5', "'-5"],
    ['\t=1', "'\t=1"],
    ["'s-Hertogenbosch", "'s-Hertogenbosch"],
    ['19.99', '19.99'],
    ['', ''],
  ])('%j is written as %j', (plain, guarded) => {
    expect(guardFormula(plain)).toBe(guarded);
    expect(unguardFormula(guarded)).toBe(plain);
  });

  it('are never written as they are, and read as they were', () => {
    fc.assert(
      fc.property(cell, (text) => {
        expect(guardFormula(text)).not.toMatch(/^[=+\-@\t\r]/);
        expect(unguardFormula(guardFormula(text))).toBe(text);
      }),
      { numRuns: 2_000 },
    );
  });
});
