import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { csvLine } from './cells.ts';

const cell = fc
  .array(fc.oneof(fc.constantFrom("'", '=', '+', '-', '@', '\t', '\r', '\n', ',', ' ', '"', '1'), fc.string()), {
    maxLength: 5,
  })
  .map((parts) => parts.join(''));

describe('a line', () => {
  it.each([
    [['a', 'b'], 'a,b\r\n'],
    [['a,b', 'say "hi"', 'two\nlines'], '"a,b","say ""hi""","two\nlines"\r\n'],
    [[null, ''], ',\r\n'],
    [['=1+1', "'=1", '+1', '-5', '@x'], "'=1+1,''=1,'+1,'-5,'@x\r\n"],
    [["'s-Hertogenbosch", '19.99'], "'s-Hertogenbosch,19.99\r\n"],
  ])('of %j is %j', (cells, line) => {
    expect(csvLine(cells)).toBe(line);
  });

  it('gives its cells back, none of them a formula', () => {
    fc.assert(
      fc.property(fc.array(cell, { minLength: 2, maxLength: 4 }), (cells) => {
        const [read = []]: string[][] = parse(csvLine(cells), { record_delimiter: '\r\n' });
        expect(read.some((text) => /^[=+\-@\t\r]/.test(text))).toBe(false);
        expect(read.map((text) => (/^'+[=+\-@\t\r]/.test(text) ? text.slice(1) : text))).toEqual(cells);
      }),
      { numRuns: 1_000 },
    );
  });
});
