import { scryptSync } from 'node:crypto';

import { describe, expect, test } from 'vitest';

import { hashPassword, needsUpgrade, verifyPassword } from '#shared/auth/passwords.ts';

const password = 'correct horse battery staple';

describe('hashPassword', () => {
  test('carries its parameters, 16 bytes of salt and 32 of key, and is what scrypt says', async () => {
    const [, scheme, parameters, salt = '', key = ''] = (await hashPassword(password)).split('$');
    expect([scheme, parameters]).toEqual(['scrypt', 'ln=14,r=8,p=5']);
    const saltBytes = Buffer.from(salt, 'base64');
    expect(saltBytes).toHaveLength(16);
    const expected = scryptSync(password, saltBytes, 32, { N: 2 ** 14, r: 8, p: 5, maxmem: 64 * 1024 * 1024 });
    expect(Buffer.from(key, 'base64')).toEqual(expected);
  });

  test('is another one every time and fits the column', async () => {
    const [first, second] = await Promise.all([hashPassword(password), hashPassword(password)]);
    expect(first).not.toBe(second);
    expect(first.length).toBeLessThanOrEqual(255);
  });
});

test('many at once leave room for other work in between', async () => {
  const order: string[] = [];
  const other = async () => {
    order.push('first');
    await new Promise((resolve) => setTimeout(resolve, 0));
    order.push('other work');
  };
  await Promise.all([
    hashPassword(password).then(other),
    hashPassword(password).then(() => order.push('second')),
    verifyPassword(password, null).then(() => order.push('third')),
  ]);
  expect(order).toEqual(['first', 'other work', 'second', 'third']);
});

describe('verifyPassword', () => {
  test('knows the right password from others', async () => {
    const hash = await hashPassword(password);
    expect(await verifyPassword(password, hash)).toBe(true);
    expect(await verifyPassword(`${password} `, hash)).toBe(false);
    expect(await verifyPassword('Correct horse battery staple', hash)).toBe(false);
    expect(await verifyPassword('', hash)).toBe(false);
  });

  test('takes a character for the same however it was composed', async () => {
    expect(await verifyPassword('cafe\u0301 au lait', await hashPassword('caf\u00e9 au lait'))).toBe(true);
  });

  test('reads the parameters from the hash', async () => {
    const salt = Buffer.from('sixteen bytes ok');
    const key = scryptSync(password, salt, 32, { N: 2 ** 10, r: 4, p: 1 });
    const hash = `$scrypt$ln=10,r=4,p=1$${unpadded(salt)}$${unpadded(key)}`;
    expect(await verifyPassword(password, hash)).toBe(true);
    expect(await verifyPassword(password, hash.replace('ln=10', 'ln=11'))).toBe(false);
  });

  test.each([
    ['no hash', null],
    ['an empty one', ''],
    ['the password itself', password],
    ['another scheme', '$argon2id$v=19$m=65536,t=3,p=4$c2FsdA$aGFzaA'],
    ['a bcrypt hash', '$2b$12$abcdefghijklmnopqrstuv'],
    ['one without key', '$scrypt$ln=14,r=8,p=5$c2FsdA$'],
  ])('answers false for %s', async (_what, hash) => {
    expect(await verifyPassword(password, hash)).toBe(false);
  });
});

describe('needsUpgrade', () => {
  const key = unpadded(Buffer.alloc(32));

  test('has nothing against a new hash', async () => {
    expect(needsUpgrade(await hashPassword(password))).toBe(false);
    expect(needsUpgrade(`$scrypt$ln=14,r=8,p=5$c2FsdA$${key}`)).toBe(false);
  });

  test.each([
    ['less memory', `$scrypt$ln=13,r=8,p=5$c2FsdA$${key}`],
    ['smaller blocks', `$scrypt$ln=14,r=4,p=5$c2FsdA$${key}`],
    ['fewer rounds', `$scrypt$ln=14,r=8,p=1$c2FsdA$${key}`],
    ['more rounds', `$scrypt$ln=14,r=8,p=6$c2FsdA$${key}`],
    ['a shorter key', '$scrypt$ln=14,r=8,p=5$c2FsdA$c2hvcnQ'],
    ['another scheme', '$2b$12$abcdefghijklmnopqrstuv'],
  ])('wants %s made again', (_what, hash) => {
    expect(needsUpgrade(hash)).toBe(true);
  });
});

function unpadded(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '');
}
