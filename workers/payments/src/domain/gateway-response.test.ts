import { describe, expect, it } from 'vitest';

import { storableResponse } from './gateway-response.ts';

describe('storableResponse', () => {
  it('keeps a small answer as it is', () => {
    const response = { id: 'sandbox_1', status: 'failed', failure_reason: null, amount: '19.99' };
    expect(storableResponse(response)).toEqual(response);
  });

  it('leaves out secrets and card data at any depth', () => {
    const response = {
      id: 'sandbox_1',
      payment_token: 'tok_success',
      client_secret: 'abc',
      card: { number: '4242424242424242', cvc: '123', last_four: '4242' },
      attempts: [{ Authorization: 'Bearer x', code: 'ok' }],
    };
    expect(storableResponse(response)).toEqual({
      id: 'sandbox_1',
      card: { last_four: '4242' },
      attempts: [{ code: 'ok' }],
    });
  });

  it.each(['a', 'é', '€', '🛒', '"', '\\', '\n', '\0'])('is at most 4 KiB of JSON when full of %j', (character) => {
    const stored = storableResponse({ text: character.repeat(5_000), more: 'a'.repeat(5_000) });
    expect(Buffer.byteLength(JSON.stringify(stored))).toBeLessThanOrEqual(4_096);
    expect(stored).toEqual({ truncated: expect.stringMatching(/^\{"text":"/) });
  });

  it('leaves out what Postgres cannot store in JSON', () => {
    expect(storableResponse({ text: 'a\0b\uD83D' })).toEqual({ text: 'ab\uFFFD' });
  });

  it('has null for no answer at all', () => {
    expect(storableResponse(undefined)).toBeNull();
  });
});
