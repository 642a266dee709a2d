import { describe, expect, it } from 'vitest';

import { auditFields } from './product-audit.ts';

describe('auditFields', () => {
  it('keeps what is short, and what is no text', () => {
    const fields = { name: 'x'.repeat(500), price: '1.00', tags: ['a'], dimensions: { length: 1 }, barcode: null };
    expect(auditFields(fields)).toEqual(fields);
  });

  it('keeps the beginning of a long text, and tells two of them apart', () => {
    const [one, other] = ['a', 'b'].map((end) => auditFields({ description: `${'x'.repeat(49_999)}${end}` }));
    expect(one?.['description']).toMatch(/^x{500}… \(50000 characters, sha256 [0-9a-f]{16}\)$/);
    expect(one).not.toEqual(other);
  });

  it('does not leave half a character', () => {
    const { description } = auditFields({ description: `${'x'.repeat(499)}${'😀'.repeat(10)}` });
    expect(String(description).isWellFormed()).toBe(true);
  });
});
