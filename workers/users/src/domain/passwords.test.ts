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
  test.each(['ada@example.com', 'ADA@Example.com', ' ada@example.com '])('refuses the email as "%s"', (password) => {
    expect(weaknessOf(password, 'ada@example.com')).toEqual({
      code: 'password_is_email',
      message: 'Choose a password that is not the email address.',
    });
  });

  test.each(['qwertyuiop', '1234567890', 'Password1234', 'ADMINISTRATOR', ' 1q2w3e4r5t '])(
    'refuses the common password "%s"',
    (password) => {
      expect(weaknessOf(password, 'ada@example.com')).toEqual({
        code: 'password_common',
        message: 'Choose a password that fewer people use.',
      });
    },
  );

  test.each(['ada@example.com-1815', 'qwertyuiop qwertyuiop', 'correct horse battery staple'])(
    'has nothing against "%s", which only contains such a word',
    (password) => {
      expect(weaknessOf(password, 'ada@example.com')).toBeNull();
    },
  );
});
