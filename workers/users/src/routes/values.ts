import { z } from '@hono/zod-openapi';

import { Problem } from '#shared/http/problem.ts';

/**
 * An email address, compared and kept in lower case without surrounding blanks. Characters beyond ASCII are refused
 * before that: some become ASCII letters in lower case, and many look like them.
 */
export const Email = z
  .string()
  .trim()
  .regex(/^[\x21-\x7e]*$/, { error: 'Send an email address of ASCII characters.' })
  .toLowerCase()
  .pipe(z.email().max(255))
  .openapi({ type: 'string', format: 'email', maxLength: 255, example: 'ada@example.com' });

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
