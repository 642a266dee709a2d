import { z } from '@hono/zod-openapi';

import { Id, Timestamp } from '#shared/http/values.ts';

import type { Account } from '../../store/accounts.ts';

/** A user as the user may see it. */
export const User = z
  .object({
    id: Id,
    email: z.string(),
    first_name: z.string(),
    last_name: z.string(),
    phone_number: z.string().nullable(),
    is_active: z.boolean(),
    is_verified: z.boolean(),
    roles: z.array(z.string()),
    created_at: Timestamp,
    updated_at: Timestamp,
  })
  .openapi('User', {
    example: {
      id: '01938f6e-7a3b-7c4d-9e5f-6a7b8c9d0e1f',
      email: 'ada@example.com',
      first_name: 'Ada',
      last_name: 'Lovelace',
      phone_number: '+14155550123',
      is_active: true,
      is_verified: false,
      roles: ['CUSTOMER'],
      created_at: '2026-11-22T21:24:42.123Z',
      updated_at: '2026-11-22T21:24:42.123Z',
    },
  });

export function presentUser({ created_at, updated_at, ...account }: Account): z.infer<typeof User> {
  return { ...account, created_at: created_at.toISOString(), updated_at: updated_at.toISOString() };
}
