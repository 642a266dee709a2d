import { and, eq, sql } from 'drizzle-orm';
import { uuidv7 } from 'uuidv7';
import { z } from 'zod';

import { sha256 } from '#shared/auth/secrets.ts';
import { isGuardRefusal, requireRow } from '#shared/db/guards.ts';
import type { Database } from '#shared/db/postgres.ts';
import { deletedAtOnce, deleteInParts } from '#shared/db/retention.ts';
import { idempotencyKeys } from '#shared/db/tables.ts';
import { Problem } from '#shared/http/problem.ts';

/** Whose key it is: a key means something only for one user, method and concrete path. */
export interface IdempotencyScope {
  user_id: string;
  method: string;
  path: string;
  key: string;
}

/** The right to run the request. `resourceId` stays the same for whoever takes over from a crashed attempt. */
export interface Claim extends IdempotencyScope {
  resourceId: string;
  attempt: string;
}

export interface KeptAnswer {
  status: number;
  body: unknown;
  headers: Record<string, string>;
}

/** How long an attempt holds its claim before another may take over: longer than any request lives. */
const lockSeconds = 60;
const keptHours = 24;

const Row = z.object({
  is_mine: z.boolean(),
  resource_id: z.string(),
  request_hash: z.string(),
  response_status: z.number().nullable(),
  response_body: z.unknown(),
  response_headers: z.record(z.string(), z.string()).nullable(),
});

/**
 * Claims the key in one statement: inserts it, or takes over one that is expired or whose attempt died with its lock.
 * Answers the kept answer of a finished request instead, or refuses: 422 `idempotency_key_reused` for another body,
 * 409 `idempotency_in_progress` while an attempt is running.
 */
export async function claimKey(
  db: Database,
  scope: IdempotencyScope,
  body: unknown,
): Promise<{ claim: Claim } | { kept: KeptAnswer }> {
  const attempt = uuidv7();
  const hash = sha256(JSON.stringify(body));
  const { rows } = await db.execute(sql`
    WITH claimed AS (
      INSERT INTO idempotency_keys AS known
        (user_id, method, path, key, request_hash, resource_id, attempt, locked_until, expires_at)
      VALUES (${scope.user_id}, ${scope.method}, ${scope.path}, ${scope.key}, ${hash}, ${uuidv7()}, ${attempt},
        now() + make_interval(secs => ${lockSeconds}), now() + make_interval(hours => ${keptHours}))
      ON CONFLICT (user_id, method, path, key) DO UPDATE SET
        attempt = excluded.attempt,
        locked_until = excluded.locked_until,
        expires_at = excluded.expires_at,
        request_hash = excluded.request_hash,
        resource_id = CASE WHEN known.expires_at > now() THEN known.resource_id ELSE excluded.resource_id END,
        response_status = NULL, response_body = NULL, response_headers = NULL
      WHERE known.expires_at <= now()
         OR (known.response_status IS NULL AND known.locked_until <= now()
             AND known.request_hash = excluded.request_hash)
      RETURNING *)
    SELECT true AS is_mine, resource_id, request_hash, response_status, response_body, response_headers FROM claimed
    UNION ALL
    SELECT false, resource_id, request_hash, response_status, response_body, response_headers FROM idempotency_keys
     WHERE user_id = ${scope.user_id} AND method = ${scope.method} AND path = ${scope.path} AND key = ${scope.key}
       AND NOT EXISTS (SELECT FROM claimed)`);
  const row = rows[0] === undefined ? null : Row.parse(rows[0]);
  if (row?.is_mine) return { claim: { ...scope, resourceId: row.resource_id, attempt } };
  if (row && row.request_hash !== hash) {
    throw new Problem('idempotency_key_reused', 'Use a new Idempotency-Key for a request with another body.');
  }
  // No row at all: an attempt claimed the key after this statement began.
  if (row?.response_status == null) throw inProgress();
  return { kept: { status: row.response_status, body: row.response_body, headers: row.response_headers ?? {} } };
}

export function inProgress(): Problem {
  return new Problem(
    'idempotency_in_progress',
    'The first request with this key is still running. Repeat it shortly.',
    {
      headers: { 'retry-after': '1' },
    },
  );
}

/** The rows of a claim while this attempt holds it. A statement that needs the claim to stand joins on this. */
function heldBy(claim: Claim) {
  return and(
    eq(idempotencyKeys.resource_id, claim.resourceId),
    eq(idempotencyKeys.attempt, claim.attempt),
    sql`${idempotencyKeys.response_status} IS NULL`,
  );
}

/** Makes a batch fail (`isGuardRefusal`) unless this attempt still holds the claim, and keeps others off it until the commit. */
export function requireClaim(db: Database, claim: Claim) {
  return requireRow(db, sql`SELECT FROM idempotency_keys WHERE ${heldBy(claim)}`);
}

export function isClaimLost(error: unknown): boolean {
  return isGuardRefusal(error);
}

/** Keeps a 2xx answer for repetitions; part of the batch that makes the change. */
export function keepAnswer(db: Database, claim: Claim, answer: KeptAnswer) {
  return db
    .update(idempotencyKeys)
    .set({ response_status: answer.status, response_body: answer.body, response_headers: answer.headers })
    .where(heldBy(claim));
}

/**
 * Gives the key back after a refusal, so that a retry runs afresh. False when another attempt has taken over: then that
 * one owns everything done under `resourceId`, and nothing of it may be undone here.
 */
export async function abandonClaim(db: Database, claim: Claim): Promise<boolean> {
  const gone = await db.delete(idempotencyKeys).where(heldBy(claim)).returning({ key: idempotencyKeys.key });
  return gone.length === 1;
}

/** Deletes what is past its 24 hours. `now`: the sweep's clock. */
export async function deleteExpiredKeys(db: Database, now: Date): Promise<number> {
  return deleteInParts(async () => {
    const { rowCount } = await db.execute(sql`
      DELETE FROM ${idempotencyKeys} WHERE expires_at <= ${now.toISOString()} AND resource_id IN (
        SELECT resource_id FROM ${idempotencyKeys} WHERE expires_at <= ${now.toISOString()} ORDER BY expires_at
         LIMIT ${deletedAtOnce} FOR UPDATE SKIP LOCKED)`);
    return rowCount;
  });
}
