import { createHmac } from 'node:crypto';

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { isSigned, signatureOf } from './signature.ts';

const secret = 'whsec_test';
const now = new Date('2026-11-22T21:24:42.900Z');
const timestamp = 1795382682;
const body = '{"id":"evt_1","type":"payment.succeeded"}';

function later(seconds: number): Date {
  return new Date(now.getTime() + seconds * 1_000);
}

describe('signatureOf', () => {
  it('is the time, and the HMAC-SHA256 over the time and the body', () => {
    const expected = createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex');
    expect(signatureOf(body, secret, now)).toBe(`t=${timestamp},v1=${expected}`);
  });

  it('agrees with a signature that was made elsewhere', () => {
    expect(signatureOf('{"a":"é🛒"}', 'whsec_sandbox_local', new Date(1_700_000_000_000))).toBe(
      't=1700000000,v1=2eadf97379404aa4d896dd3cf654b96993d6d1281f8bf611175d32821edded70',
    );
  });
});

describe('isSigned', () => {
  it('takes what was signed, whatever it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(isSigned(text, signatureOf(text, secret, now), secret, now)).toBe(true);
      }),
    );
  });

  it.each([-299, 0, 299])('takes it %i seconds later', (seconds) => {
    expect(isSigned(body, signatureOf(body, secret, now), secret, later(seconds))).toBe(true);
  });

  it.each([-302, 302, 86_400])('refuses it %i seconds later', (seconds) => {
    expect(isSigned(body, signatureOf(body, secret, now), secret, later(seconds))).toBe(false);
  });

  it('refuses another time over the same HMAC', () => {
    const signature = signatureOf(body, secret, now).replace(String(timestamp), String(timestamp + 1));
    expect(isSigned(body, signature, secret, now)).toBe(false);
  });

  it('refuses another secret', () => {
    expect(isSigned(body, signatureOf(body, 'whsec_other', now), secret, now)).toBe(false);
  });

  it('refuses a body of which any byte is changed, left out or added', () => {
    const signature = signatureOf(body, secret, now);
    fc.assert(
      fc.property(fc.nat(body.length - 1), fc.string({ unit: 'binary-ascii', maxLength: 2 }), (at, replacement) => {
        fc.pre(replacement !== body[at]);
        const changed = body.slice(0, at) + replacement + body.slice(at + 1);
        expect(isSigned(changed, signature, secret, now)).toBe(false);
      }),
    );
    expect(isSigned(`\uFEFF${body}`, signature, secret, now)).toBe(false);
  });

  it('refuses a signature of which any character is changed', () => {
    const signature = signatureOf(body, secret, now);
    fc.assert(
      fc.property(fc.nat(signature.length - 1), fc.string({ unit: 'binary-ascii', maxLength: 2 }), (at, other) => {
        fc.pre(other !== signature[at]);
        const changed = signature.slice(0, at) + other + signature.slice(at + 1);
        expect(isSigned(body, changed, secret, now)).toBe(false);
      }),
    );
  });

  it.each(['', 't=,v1=', `t=${timestamp}`, 'v1=00', `t=${timestamp},v1=`, `t=${timestamp},v0=${'0'.repeat(64)}`])(
    'refuses %j',
    (signature) => {
      expect(isSigned(body, signature, secret, now)).toBe(false);
    },
  );
});
