import type { Client } from 'pg';

import { decryptToken, encryptToken, type TokenKeys } from '../../workers/payments/src/domain/token-encryption.ts';

const pageSize = 200;

export interface Reencrypted {
  reencrypted: number;
  /** Changed or deleted by somebody else meanwhile. */
  skipped: number;
  /** Ids of rows that no key of the file reads. */
  unreadable: string[];
}

/**
 * Encrypts anew, with the current key, what another one has encrypted. Each row by itself, and only if it still is what was
 * read: so it can run beside the shop, be stopped anywhere and run again.
 */
export async function reencrypt(client: Client, keys: TokenKeys): Promise<Reencrypted> {
  const done: Reencrypted = { reencrypted: 0, skipped: 0, unreadable: [] };
  let last = '00000000-0000-0000-0000-000000000000';
  for (;;) {
    const { rows } = await client.query<{ id: string; gateway_token: string }>(
      `SELECT id, gateway_token FROM user_saved_payment_methods
        WHERE gateway_token IS NOT NULL AND token_key_id IS DISTINCT FROM $1 AND id > $2
        ORDER BY id LIMIT $3`,
      [keys.current, last, pageSize],
    );
    for (const { id, gateway_token } of rows) {
      const token = await decryptToken(keys, id, gateway_token).catch(() => null);
      if (token === null) done.unreadable.push(id);
      else if (await replace(client, keys, { id, gateway_token, token })) done.reencrypted++;
      else done.skipped++;
    }
    const end = rows.at(-1);
    if (!end) return done;
    last = end.id;
  }
}

async function replace(
  client: Client,
  keys: TokenKeys,
  { id, gateway_token, token }: { id: string; gateway_token: string; token: string },
): Promise<boolean> {
  const encrypted = await encryptToken(keys, id, token);
  const { rowCount } = await client.query(
    'UPDATE user_saved_payment_methods SET gateway_token = $1, token_key_id = $2 WHERE id = $3 AND gateway_token = $4',
    [encrypted.gateway_token, encrypted.token_key_id, id, gateway_token],
  );
  return rowCount === 1;
}

/** The ids of the keys that rows are encrypted with, and how many rows each. */
export async function keysInUse(client: Client): Promise<Map<string, number>> {
  const { rows } = await client.query<{ id: string; rows: number }>(
    `SELECT split_part(gateway_token, '.', 2) AS id, count(*)::int AS rows FROM user_saved_payment_methods
      WHERE gateway_token IS NOT NULL GROUP BY 1`,
  );
  return new Map(rows.map(({ id, rows: count }) => [id, count]));
}
