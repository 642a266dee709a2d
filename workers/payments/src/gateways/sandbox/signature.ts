import { createHmac, timingSafeEqual } from 'node:crypto';

const toleranceSeconds = 5 * 60;

/** The value of `Sandbox-Signature` for a body: when it was signed, and the HMAC over that and the body. */
export function signatureOf(body: string, secret: string, now: Date): string {
  const timestamp = String(Math.floor(now.getTime() / 1_000));
  return `t=${timestamp},v1=${hmac(`${timestamp}.${body}`, secret).toString('hex')}`;
}

/** Whether this is the signature of the body, made no more than 5 minutes from `now`. */
export function isSigned(body: string, signature: string, secret: string, now: Date): boolean {
  const [, timestamp = '', given = ''] = /^t=(\d{1,12}),v1=([0-9a-f]{64})$/.exec(signature) ?? [];
  // Compared before the time is looked at: whoever cannot sign learns nothing about the clock.
  const expected = hmac(`${timestamp}.${body}`, secret);
  const presented = Buffer.from(given, 'hex');
  if (presented.length !== expected.length || !timingSafeEqual(presented, expected)) return false;
  return Math.abs(now.getTime() / 1_000 - Number(timestamp)) <= toleranceSeconds;
}

function hmac(text: string, secret: string): Buffer {
  return createHmac('sha256', secret).update(text, 'utf8').digest();
}
