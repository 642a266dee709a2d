import { z } from '@hono/zod-openapi';

import { Problem } from '#shared/http/problem.ts';

/** An email address, compared and kept in lower case without surrounding blanks. */
export const Email = z
  .string()
  .trim()
  .toLowerCase()
  .pipe(z.email().max(255))
  .openapi({ type: 'string', format: 'email', maxLength: 255, example: 'ada@example.com' });

/** ITU-T E.164: a plus sign and up to 15 digits. */
export const PhoneNumber = z
  .string()
  .trim()
  .regex(/^\+[1-9]\d{6,14}$/, { error: 'Send the number as E.164, such as +14155550123.' })
  .openapi({ example: '+14155550123' });

/** 401 for a valid token whose user has been deactivated or deleted since. */
export function accountGone(): Problem {
  return new Problem('unauthorized', 'The account of this token is no longer active.');
}
