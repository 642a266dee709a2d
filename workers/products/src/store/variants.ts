/**
 * Groups of variants under concurrency. Whoever changes one locks all its rows first, in id order; the statements after
 * that see what others have left behind. `settle` keeps the rule that every group with live products has one face, an
 * active one if there is any.
 */
import { type SQL, sql } from 'drizzle-orm';
import { z } from 'zod';

import type { Database } from '#shared/db/postgres.ts';
import { requestContext } from '#shared/http/context.ts';

import type { Options, StandingInput } from '../domain/product-variants.ts';
import { instantText } from './columns.ts';

const maxMembers = 2_048;

/** Locks these rows and all live ones of these groups. Not against foreign keys: orders go on meanwhile. */
export function holdProducts(db: Database, id: string, groups: string[]) {
  return db.execute(sql`
    SELECT FROM products
     WHERE id = ${id} OR (variant_group_id = ANY(${sql.param(groups)}::uuid[]) AND NOT is_deleted)
     ORDER BY id
       FOR NO KEY UPDATE`);
}

/** Makes the batch fail (`isGuardRefusal`) unless the condition holds. Locks nothing. */
export function requireThat(db: Database, condition: SQL) {
  return db.execute(sql`SELECT 1 / (SELECT count(*) WHERE ${condition})`);
}

interface Fit {
  id: string;
  variant_group_id: string | null;
  options: Options | null;
  joins: boolean;
  must_fit: boolean;
}

/** Of a group that is held: whether the product has its option names, and values that no other has. */
export function fits({ id, variant_group_id, options, joins, must_fit }: Fit): SQL {
  if (!must_fit) return sql`true`;
  const names = JSON.stringify(Object.fromEntries(Object.keys(options ?? {}).map((name) => [name, null])));
  return sql`EXISTS (
    SELECT FROM products member
     WHERE member.variant_group_id = ${variant_group_id} AND NOT member.is_deleted AND member.id <> ${id}
    HAVING count(*) BETWEEN ${joins ? 1 : 0} AND ${maxMembers - 1}
       AND count(*) FILTER (WHERE member.options::jsonb = ${JSON.stringify(options)}::jsonb) = 0
       AND count(*) FILTER (WHERE ${names}::jsonb IS DISTINCT FROM (
             SELECT jsonb_object_agg(name, NULL) FROM json_object_keys(member.options) AS name)) = 0)`;
}

interface Change {
  /** The product that is changed. */
  id: string;
  groups: string[];
  /** The group whose face it becomes. */
  faces: string | null;
  actor_id: string;
}

/** Takes the face from whom it may not stay with; answers the events of that. */
export function dismissFaces(db: Database, change: Change) {
  const dismissed = sql`
    UPDATE products face SET is_group_primary = false, version = face.version + (face.id <> ${change.id})::integer
     WHERE face.variant_group_id = ANY(${sql.param(change.groups)}::uuid[])
       AND face.is_group_primary AND NOT face.is_deleted
       AND ((face.variant_group_id = ${change.faces}::uuid AND face.id <> ${change.id})
         OR (NOT face.is_active AND EXISTS (
              SELECT FROM products other
               WHERE other.variant_group_id = face.variant_group_id AND other.is_active AND NOT other.is_deleted)))
    RETURNING face.id`;
  return db.execute(recorded(dismissed, change, false));
}

/** Gives each group without a face one: the product that asks for it, else the active one with the smallest id. */
export function electFaces(db: Database, change: Change) {
  const elected = sql`
    UPDATE products face SET is_group_primary = true, version = face.version + (face.id <> ${change.id})::integer
     WHERE face.id IN (
       SELECT DISTINCT ON (member.variant_group_id) member.id FROM products member
        WHERE member.variant_group_id = ANY(${sql.param(change.groups)}::uuid[]) AND NOT member.is_deleted
          AND NOT EXISTS (
            SELECT FROM products other
             WHERE other.variant_group_id = member.variant_group_id
               AND other.is_group_primary AND NOT other.is_deleted)
        ORDER BY member.variant_group_id,
                 (member.variant_group_id = ${change.faces}::uuid AND member.id = ${change.id}) IS TRUE DESC,
                 member.is_active DESC, member.id)
    RETURNING face.id`;
  return db.execute(recorded(elected, change, true));
}

/** The events of the product itself are its change's, but for a face that it got or lost without being asked. */
function recorded(moved: SQL, { id, faces, actor_id }: Change, isFace: boolean): SQL {
  const { requestId, traceparent } = requestContext();
  return sql`
    WITH moved AS (${moved}), events AS (
      SELECT 'product.updated' AS type, id AS subject_id, jsonb_build_object('product_id', id) AS payload
        FROM moved WHERE id <> ${id}
      UNION ALL
      SELECT 'audit.recorded', ${actor_id}::uuid, jsonb_build_object(
               'actor_id', ${actor_id}::text, 'action', 'product.updated', 'resource_type', 'product',
               'resource_id', id, 'before', jsonb_build_object('is_group_primary', ${!isFace}::boolean),
               'after', jsonb_build_object('is_group_primary', ${isFace}::boolean),
               'recorded_at', ${instantText(sql`now()`)})
        FROM moved WHERE id <> ${id} OR ${faces}::uuid IS NULL)
    INSERT INTO outbox (id, type, subject_id, payload, request_id, traceparent)
    SELECT gen_random_uuid(), type, subject_id, payload, ${requestId}, ${traceparent} FROM events
    RETURNING id, type, subject_id, payload, request_id, traceparent`;
}

/** The options of the others of the group that a change brings a product to, for telling why it does not fit. */
export function selectOtherMembers(db: Database, id: string, { variant_group_id, options }: StandingInput) {
  const isAsked = Boolean(variant_group_id ?? options);
  const group = variant_group_id
    ? sql`${variant_group_id}::uuid`
    : sql`(SELECT variant_group_id FROM products WHERE id = ${id})`;
  return db.execute(sql`
    SELECT options FROM products
     WHERE variant_group_id = ${group} AND NOT is_deleted AND id <> ${id} AND ${isAsked}::boolean
     LIMIT ${maxMembers}`);
}

const MemberRow = z.object({ options: z.record(z.string(), z.string()).nullable() });

export function parseMembers({ rows }: { rows: unknown[] }): (Options | null)[] {
  return z
    .array(MemberRow)
    .parse(rows)
    .map(({ options }) => options);
}
