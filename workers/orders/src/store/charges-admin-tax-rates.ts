import { asc, eq, sql } from 'drizzle-orm';
import { uuidv7 } from 'uuidv7';

import { taxRates } from '#drizzle/orders/schema.ts';
import { requireRow } from '#shared/db/guards.ts';
import type { Database } from '#shared/db/postgres.ts';
import { auditEvent } from '#shared/events/audit.ts';
import type { OutboxEvent } from '#shared/events/events.ts';
import { insertEvents } from '#shared/events/outbox.ts';

import { changes, type Refusal, returned, unlessRefused, type Written } from './charges-admin.ts';

export type TaxRateRow = typeof taxRates.$inferSelect;

/** What staff write of a tax rate. */
export type TaxRateFields = Omit<TaxRateRow, 'id' | 'version' | 'created_at' | 'updated_at'>;
type Change = { [Field in keyof TaxRateFields]?: TaxRateFields[Field] | undefined };

const unique = 'tax_rates_place_key';

export function listTaxRates(db: Database): Promise<TaxRateRow[]> {
  return db
    .select()
    .from(taxRates)
    .orderBy(asc(taxRates.country), sql`lower(${taxRates.state}) NULLS FIRST`);
}

export async function findTaxRate(db: Database, id: string): Promise<TaxRateRow | null> {
  const [found] = await db.select().from(taxRates).where(eq(taxRates.id, id));
  return found ?? null;
}

export function createTaxRate(
  db: Database,
  actorId: string,
  fields: TaxRateFields,
): Promise<Written<TaxRateRow> | Refusal> {
  const id = uuidv7();
  const events = audit(actorId, 'created', id, { before: null, after: fields });
  return unlessRefused(unique, async () => {
    const [rows] = await db.batch([
      db
        .insert(taxRates)
        .values({ id, ...fields })
        .returning(),
      insertEvents(db, events),
    ]);
    return { row: returned(rows), events };
  });
}

/** Changes a rate that still is as it was read; no events where nothing differs. */
export async function changeTaxRate(
  db: Database,
  actorId: string,
  before: TaxRateRow,
  change: Change,
): Promise<Written<TaxRateRow> | Refusal> {
  const from = fieldsOf(before);
  const after = { ...from, ...change };
  if (!changes(from, after)) return { row: before, events: [] };
  const events = audit(actorId, 'updated', before.id, { before: from, after });
  return unlessRefused(unique, async () => {
    const [, rows] = await db.batch([
      requireRow(db, isStill(before)),
      db
        .update(taxRates)
        .set({ ...change, version: before.version + 1 })
        .where(eq(taxRates.id, before.id))
        .returning(),
      insertEvents(db, events),
    ]);
    return { row: returned(rows), events };
  });
}

/** Deletes a rate that still is as it was read. */
export function deleteTaxRate(
  db: Database,
  actorId: string,
  before: TaxRateRow,
): Promise<{ events: OutboxEvent[] } | Refusal> {
  const events = audit(actorId, 'deleted', before.id, { before: fieldsOf(before), after: null });
  return unlessRefused(unique, async () => {
    await db.batch([
      requireRow(db, isStill(before)),
      db.delete(taxRates).where(eq(taxRates.id, before.id)),
      insertEvents(db, events),
    ]);
    return { events };
  });
}

function isStill({ id, version }: TaxRateRow) {
  return sql`SELECT FROM tax_rates WHERE id = ${id} AND version = ${version}`;
}

function fieldsOf(row: TaxRateRow): TaxRateFields {
  const { country, state, name, rate } = row;
  return { country, state, name, rate };
}

function audit(
  actor_id: string,
  what: 'created' | 'updated' | 'deleted',
  resource_id: string,
  { before, after }: { before: TaxRateFields | null; after: TaxRateFields | null },
): [OutboxEvent] {
  const action = `tax_rate.${what}`;
  return [auditEvent({ actor_id, action, resource_type: 'tax_rate', resource_id, before, after })];
}
