import { describe, expect, it } from 'vitest';

import { newEmail, oneLine, senderOf } from './email.ts';

const email = { to: 'ada@example.com', subject: 'Hello', text: 'a\nb', html: '<p>a</p>' };

describe('newEmail', () => {
  it('keeps what is well-formed', () => {
    expect(newEmail(email)).toEqual(email);
  });

  it('makes a subject one line, so that it begins no other header', () => {
    expect(newEmail({ ...email, subject: 'Hello\r\nBcc: all@example.com\u2028\0 x ' }).subject).toBe(
      'Hello Bcc: all@example.com x',
    );
  });

  it.each([
    'ada@example.com\r\nBcc: all@example.com',
    'ada@example.com\n',
    'ada@example.com, eve@example.com',
    'Ada <ada@example.com>',
    'ada@example.com;eve@example.com',
    'ada@@example.com',
    'ada',
    '@example.com',
    '',
  ])('refuses the address %j without naming it', (to) => {
    expect(() => newEmail({ ...email, to })).toThrow(/^Not a plain email address\.$/);
  });
});

describe('senderOf', () => {
  it.each([
    ['Edge Commerce <shop@example.com>', { name: 'Edge Commerce', email: 'shop@example.com' }],
    ['shop@example.com', { name: 'shop@example.com', email: 'shop@example.com' }],
    [' A\r\nB < shop@example.com > ', { name: 'A B', email: 'shop@example.com' }],
  ])('reads %j', (from, sender) => {
    expect(senderOf(from)).toEqual(sender);
  });

  it.each(['Shop <a@b> <c@d>', 'Shop', ''])('refuses %j', (from) => {
    expect(() => senderOf(from)).toThrow(RangeError);
  });
});

it('oneLine drops repeated blanks', () => {
  expect(oneLine('  a \t\n b\u0085c\u2029d ')).toBe('a b c d');
});
