import { describe, expect, it } from 'vitest';

import { describeError } from './log.ts';

describe('describeError', () => {
  it('says why, without the statement and its parameters around the reason', () => {
    const cause = new TypeError('duplicate key value violates unique constraint "users_email_key"');
    const described = describeError(
      new Error('Failed query: INSERT … params: ada@example.com,$scrypt$secret', { cause }),
    );
    expect(described['error']).toBe('TypeError: duplicate key value violates unique constraint "users_email_key"');
    expect(JSON.stringify(described)).not.toMatch(/ada@example|scrypt/);
    expect(described['stack']).toEqual(expect.arrayContaining([expect.stringMatching(/^ {4}at /)]));
  });

  it('says nothing of what is no error', () => {
    expect(describeError('a secret')).toEqual({ error: 'string' });
  });
});
