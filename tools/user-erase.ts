/** `npm run user:erase`: what DELETE /v1/me does, for a person who asks for it and cannot sign in. */
import { parseArgs } from 'node:util';

import { z } from 'zod';

import { connect } from '#shared/db/postgres.ts';
import { newEvent } from '#shared/events/events.ts';
import { newTrace, withTrace } from '#shared/http/context.ts';

import { findAccount } from '../workers/users/src/store/accounts.ts';
import { deleteAccount } from '../workers/users/src/store/profile.ts';

const usage = `Erases a person as DELETE /v1/me does, for whoever asks for it and cannot sign in. It cannot be undone.

  npm run user:erase -- --id <user id>

DATABASE_URL_USERS names the users database; of one that is not Neon's, NEON_ENDPOINT the address that workers ask instead.
The other services are told within a minute. Export first what the person is to get: npm run user:export.`;

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { id: { type: 'string' }, help: { type: 'boolean', default: false } } });
  const { DATABASE_URL_USERS, NEON_ENDPOINT } = process.env;
  if (values.help || values.id === undefined || !DATABASE_URL_USERS) {
    console.error(values.help || values.id === undefined ? usage : 'Set DATABASE_URL_USERS.');
    return values.help ? 0 : 2;
  }
  const { id } = values;
  if (!z.uuid().safeParse(id).success) throw new Error(`Not a user id: ${id}`);
  const db = connect({ DATABASE_URL: DATABASE_URL_USERS, ...(NEON_ENDPOINT && { NEON_ENDPOINT }) });
  const outcome = await withTrace('users', newTrace(), async () => {
    const account = await findAccount(db, id);
    return account ? deleteAccount(db, account, newEvent('user.deleted', id, { user_id: id })) : 'account_gone';
  });
  if (outcome === 'deleted') {
    console.log(`${id} is erased. Cart, reviews and saved payment methods follow within a minute.`);
    return 0;
  }
  console.error(
    outcome === 'last_admin'
      ? 'This is the last administrator. Make somebody else one first.'
      : 'There is no such user, or it is deactivated: activate it first (PATCH /v1/admin/users/{id}).',
  );
  return 1;
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
