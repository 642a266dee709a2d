import { z } from '@hono/zod-openapi';

import { invalid } from '#shared/http/problem.ts';

import { hasPasswordLength, weaknessOf } from '../../domain/passwords.ts';

/** A password somebody chooses. What else speaks against it depends on the account: `refuseWeakPassword`. */
export const NewPassword = z
  .string()
  .refine(hasPasswordLength, {
    error: 'Choose a password of 10 to 128 characters.',
    params: { code: 'password_length' },
  })
  .openapi({
    minLength: 10,
    maxLength: 128,
    description: 'Neither the email address nor one of the passwords that many people use.',
    example: 'correct horse battery staple',
  });

/** 422 at `pointer` for a password that is the account's email address, or a common one. */
export function refuseWeakPassword(password: string, email: string, pointer: `/${string}`): void {
  const weakness = weaknessOf(password, email);
  if (weakness) throw invalid([{ pointer, ...weakness }]);
}
