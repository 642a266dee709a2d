import { asc, eq, sql } from 'drizzle-orm';
import { uuidv7 } from 'uuidv7';

import { shippingMethods } from '#drizzle/orders/schema.ts';
import { requireRow } from '#shared/db/guards.ts';
import type { Database } from '#shared/db/postgres.ts';
import { auditEvent } from '#shared/events/audit.ts';
import type { OutboxEvent } from '#shared/events/events.ts';
import { insertEvents } from '#shared/events/outbox.ts';

import { changes, type Refusal, returned, unlessRefused, type Written } from './charges-admin.ts';

export type ShippingMethodRow = typeof shippingMethods.$inferSelect;

/** What staff write of a shipping method. */
export type ShippingMethodFields = Omit<ShippingMethodRow, 'id' | 'version' | 'created_at' | 'updated_at'>;
type Change = { [Field in keyof ShippingMethodFields]?: ShippingMethodFields[Field] | undefined };

const unique = 'shipping_methods_code_key';

export function listShippingMethods(db: Database): Promise<ShippingMethodRow[]> {
  return db.select().from(shippingMethods).orderBy(asc(shippingMethods.code));
}

export async function findShippingMethod(db: Database, id: string): Promise<ShippingMethodRow | null> {
  const [found] = await db.select().from(shippingMethods).where(eq(shippingMethods.id, id));
  return found ?? null;
}

export function createShippingMethod(
  db: Database,
  actorId: string,
  fields: ShippingMethodFields,
): Promise<Written<ShippingMethodRow> | Refusal> {
  const id = uuidv7();
  const events = audit(actorId, 'created', id, { before: null, after: fields });
  return unlessRefused(unique, async () => {
    const [rows] = await db.batch([
      db
        .insert(shippingMethods)
        .values({ id, ...fields })
        .returning(),
      insertEvents(db, events),
    ]);
    return { row: returned(rows), events };
  });
}

/** Changes a method that still is as it was read; no events where nothing differs. */
export async function changeShippingMethod(
  db: Database,
  actorId: string,
  before: ShippingMethodRow,
  change: Change,
): Promise<Written<ShippingMethodRow> | Refusal> {
  const from = fieldsOf(before);
  const after = { ...from, ...change };
  if (!changes(from, after)) return { row: before, events: [] };
  const events = audit(actorId, 'updated', before.id, { before: from, after });
  return unlessRefused(unique, async () => {
    const [, rows] = await db.batch([
      requireRow(db, isStill(before)),
      db
        .update(shippingMethods)
        .set({ ...change, version: before.version + 1 })
        .where(eq(shippingMethods.id, before.id))
        .returning(),
      insertEvents(db, events),
    ]);
    return { row: returned(rows), events };
  });
}

/** Deletes a method that still is as it was read. */
export function deleteShippingMethod(
  db: Database,
  actorId: string,
  before: ShippingMethodRow,
): Promise<{ events: OutboxEvent[] } | Refusal> {
  const events = audit(actorId, 'deleted', before.id, { before: fieldsOf(before), after: null });
  return unlessRefused(unique, async () => {
    await db.batch([
      requireRow(db, isStill(before)),
      db.delete(shippingMethods).where(eq(shippingMethods.id, before.id)),
      insertEvents(db, events),
    ]);
    return { events };
  });
}

function isStill({ id, version }: ShippingMethodRow) {
  return sql`SELECT FROM shipping_methods WHERE id = ${id} AND version = ${version}`;
}

function fieldsOf(row: ShippingMethodRow): ShippingMethodFields {
  const { code, name, base_amount, per_kg_amount, free_over, countries, is_active } = row;
  return { code, name, base_amount, per_kg_amount, free_over, countries, is_active };
}

function audit(
  actor_id: string,
  what: 'created' | 'updated' | 'deleted',
  resource_id: string,
  { before, after }: { before: ShippingMethodFields | null; after: ShippingMethodFields | null },
): [OutboxEvent] {
  const action = `shipping_method.${what}`;
  return [auditEvent({ actor_id, action, resource_type: 'shipping_method', resource_id, before, after })];
}
