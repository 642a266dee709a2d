import { describe, expect, test } from 'vitest';

import { hasPasswordLength, weaknessOf } from './passwords.ts';

describe('hasPasswordLength', () => {
  test.each([
    ['a'.repeat(9), false],
    ['a'.repeat(10), true],
    ['a'.repeat(128), true],
    ['a'.repeat(129), false],
    ['😀'.repeat(9), false],
    ['😀'.repeat(10), true],
    ['😀'.repeat(128), true],
  ])('%s: %s', (password, expected) => {
    expect(hasPasswordLength(password)).toBe(expected);
  });
});

describe('weaknessOf', () => {
  const refusal = { code: 'password_is_email', message: 'Choose a password that is not the email address.' };

  test.each(['ada@example.com', 'ADA@Example.com', ' ada@example.com '])('refuses the email as "%s"', (password) => {
    expect(weaknessOf(password, 'ada@example.com')).toEqual(refusal);
  });

  test('has nothing against a password that only contains the email', () => {
    expect(weaknessOf('ada@example.com-1815', 'ada@example.com')).toBeNull();
  });
});
