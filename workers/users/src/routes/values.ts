import { z } from '@hono/zod-openapi';

import { Problem } from '#shared/http/problem.ts';

/** What `z.email()` takes, for the document. */
const emailPattern = String.raw`^([\w'+-]+\.)*[\w'+-]*[\w+-]@([A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?\.)+[A-Za-z]{2,}$`;

/**
 * An email address, compared and kept in lower case without surrounding blanks. Characters beyond ASCII are refused
 * before that: some become ASCII letters in lower case, and many look like them. RFC 5321 has at most 64 characters before
 * the `@` and 63 between dots after it.
 */
export const Email = z
  .string()
  .trim()
  .regex(/^[\x21-\x7e]*$/, { error: 'Send an email address of ASCII characters.' })
  .toLowerCase()
  .pipe(z.string().max(255))
  .pipe(z.email())
  .pipe(z.string().regex(/^[^@]{1,64}@([^.]{0,62}[^.-]\.)+[^.]{2,63}$/, { error: 'Invalid email address' }))
  .openapi({ type: 'string', format: 'email', pattern: emailPattern, maxLength: 255, example: 'ada@example.com' });

/** ITU-T E.164: a plus sign and up to 15 digits. */
export const PhoneNumber = z
  .string()
  .trim()
  .regex(/^\+[1-9]\d{6,14}$/, { error: 'Send the number as E.164, such as +14155550123.' })
  .openapi({ example: '+14155550123' });

/** The token of a link in a mail. */
export const MailedToken = z
  .string()
  .min(1)
  .max(500)
  .openapi({ example: 'q1w2e3r4t5y6u7i8o9p0a1s2d3f4g5h6j7k8l9z0x1c' });

/** Asks for a mail to whoever has the address. */
export const EmailOnly = z.strictObject({ email: Email }).openapi('EmailOnly');

/** Headers of answers that no cache may keep, on routes without access token; `access` sets them on the others. */
export const personal = { 'cache-control': 'no-store' };

/** 400 for a mailed token that is unknown, used, expired, or replaced by a newer one. */
export function invalidToken(): Problem {
  return new Problem('invalid_token', 'Ask for another mail and use the link in it.');
}

/** 401 for a valid token whose user has been deactivated or deleted since. */
export function accountGone(): Problem {
  return new Problem('unauthorized', 'The account of this token is no longer active.');
}
