/** `npm run user:export`: everything that the shop knows about a person, as one JSON document. Changes nothing. */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

import { z } from 'zod';

import { collect } from '#tools/personal-data/collect.ts';
import { shopUrls } from '#tools/seed/running-shop.ts';

const usage = `Writes everything that the shop knows about a person as JSON: profile, addresses, sessions, orders, payments, saved
payment methods, reviews, cart, and what the audit log has by and about them. No passwords, no tokens.

  npm run -s user:export -- --email <address>
  npm run -s user:export -- --id <user id>     of an account that is deleted as well

  --to <file>  into a new file that only you can read, instead of standard output

The databases are those of DATABASE_URL_USERS, DATABASE_URL_PRODUCTS, DATABASE_URL_ORDERS, DATABASE_URL_PAYMENTS and
MONGODB_URI, or of the shop that runs here.`;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      email: { type: 'string' },
      id: { type: 'string' },
      to: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  const { email, id, to } = values;
  if (values.help || (email === undefined) === (id === undefined)) {
    console.error(usage);
    return values.help ? 0 : 2;
  }
  if (id !== undefined && !z.uuid().safeParse(id).success) throw new Error(`Not a user id: ${id}`);
  const found = await collect(await shopUrls(), id === undefined ? { email: email ?? '' } : { id });
  if (!found) {
    console.error('There is no such user.');
    return 1;
  }
  const text = `${JSON.stringify(found, null, 2)}\n`;
  if (to === undefined) process.stdout.write(text);
  else writeFileSync(to, text, { mode: 0o600, flag: 'wx' });
  return 0;
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
