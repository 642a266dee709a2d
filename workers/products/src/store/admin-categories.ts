import { and, eq, not, sql } from 'drizzle-orm';
import { uuidv7 } from 'uuidv7';
import { z } from 'zod';

import { categories } from '#drizzle/products/schema.ts';
import { sqlError } from '#shared/db/errors.ts';
import { isGuardRefusal, requireRow } from '#shared/db/guards.ts';
import type { Database } from '#shared/db/postgres.ts';
import { auditEvent } from '#shared/events/audit.ts';
import { newEvent, type OutboxEvent } from '#shared/events/events.ts';
import { insertEvents } from '#shared/events/outbox.ts';

import { numberedSlug, slugOf } from '../domain/slug.ts';
import { CategoryRow, categoryColumns } from './categories.ts';

const AdminCategoryRow = CategoryRow.extend({ is_active: z.boolean(), version: z.number() });
export type AdminCategoryRow = z.infer<typeof AdminCategoryRow>;

/** What staff write of a category. */
type CategoryFields = {
  name: string;
  slug: string;
  description: string | null;
  parent_id: string | null;
  image_url: string | null;
  is_active: boolean;
  display_order: number;
};
/** Without a slug, one is made from the name. */
export type NewCategory = Omit<CategoryFields, 'slug'> & { slug?: string | undefined };
export type CategoryChange = { [Field in keyof CategoryFields]?: CategoryFields[Field] | undefined };

/** Why the database did not take a change; nothing was written. */
export type Refusal = 'changed_meanwhile' | 'cycle' | 'name_taken' | 'not_empty' | 'parent_unknown' | 'slug_taken';

/** Events are in the outbox with the change; send them now that it is committed. */
export interface Written {
  category: AdminCategoryRow;
  events: OutboxEvent[];
}

const slugLength = 100;
/** For a name of signs alone. */
const nameless = 'category';

/** All live categories, by display order and name; each with the count of products directly in it. */
export async function listCategories(db: Database): Promise<AdminCategoryRow[]> {
  const { rows } = await db.execute(sql`
    SELECT ${categoryColumns}, category.is_active, category.version,
           coalesce(counted.product_count, 0) AS product_count
      FROM categories category
      LEFT JOIN (
        SELECT category_id, sum(product_count)::integer AS product_count
          FROM category_product_counts GROUP BY category_id) AS counted ON counted.category_id = category.id
     WHERE NOT category.is_deleted
     ORDER BY category.display_order, category.name, category.id`);
  return z.array(AdminCategoryRow).parse(rows);
}

/** A live category; its count has the products of all live categories below it too. */
export async function findCategory(db: Database, id: string): Promise<AdminCategoryRow | null> {
  return categoryIn(await selectCategory(db, id));
}

/** The category, and whether the parent that it is to have is there (it is, if there is to be none). */
export async function findCategoryAndParent(
  db: Database,
  id: string,
  parentId: string | null | undefined,
): Promise<{ category: AdminCategoryRow | null; hasParent: boolean }> {
  const wanted = parentId ?? null;
  const [found, parent] = await db.batch([
    selectCategory(db, id),
    db.execute(sql`SELECT WHERE ${wanted}::uuid IS NULL
      OR EXISTS (SELECT FROM categories WHERE id = ${wanted}::uuid AND NOT is_deleted)`),
  ]);
  return { category: categoryIn(found), hasParent: parent.rows.length > 0 };
}

/** A slug made from the name gets the first number that no other has: the index decides, the next one is tried. */
export async function createCategory(
  db: Database,
  actorId: string,
  { slug, ...fields }: NewCategory,
): Promise<Written | Refusal> {
  if (slug !== undefined) return insertCategory(db, actorId, { ...fields, slug });
  const wanted = slugOf(fields.name) || nameless;
  for (let n = 1; ; n++) {
    const written = await insertCategory(db, actorId, { ...fields, slug: numberedSlug(wanted, n, slugLength) });
    if (written !== 'slug_taken') return written;
  }
}

function insertCategory(db: Database, actorId: string, fields: CategoryFields): Promise<Written | Refusal> {
  const id = uuidv7();
  const events = eventsOf({ actor_id: actorId, action: 'category.created', id, before: null, after: fields });
  return unlessRefused(async () => {
    const [, , , found] = await db.batch([
      lockTree(db, fields.parent_id !== null),
      db.insert(categories).values({ id, ...fields }),
      insertEvents(db, events),
      selectCategory(db, id),
    ]);
    return { category: AdminCategoryRow.parse(found.rows[0]), events };
  });
}

/** Changes a category that still is as it was read; `before` with no events where nothing differs. */
export async function changeCategory(
  db: Database,
  actorId: string,
  before: AdminCategoryRow,
  change: CategoryChange,
): Promise<Written | Refusal> {
  const { id, version } = before;
  const from = fieldsOf(before);
  const after = { ...from, ...change };
  if (JSON.stringify(after) === JSON.stringify(from)) return { category: before, events: [] };
  const moves = change.parent_id !== undefined && change.parent_id !== before.parent_id;
  // A parent_id that stays must not be set: the tree would be locked for it, after the row.
  const { parent_id, ...others } = change;
  const events = eventsOf({ actor_id: actorId, action: 'category.updated', id, before: from, after });
  return unlessRefused(async () => {
    const [, , , , found] = await db.batch([
      lockTree(db, moves),
      requireRow(db, isStill(id, version)),
      db
        .update(categories)
        .set({ ...others, ...(moves ? { parent_id } : {}), version: version + 1 })
        .where(eq(categories.id, id)),
      insertEvents(db, events),
      selectCategory(db, id),
    ]);
    return { category: AdminCategoryRow.parse(found.rows[0]), events };
  });
}

/** Deletes a category that still is as it was read; what is directly below it comes to the top. */
export async function deleteCategory(
  db: Database,
  actorId: string,
  before: AdminCategoryRow,
): Promise<{ events: OutboxEvent[] } | Refusal> {
  const { id, version } = before;
  const events = eventsOf({ actor_id: actorId, action: 'category.deleted', id, before: fieldsOf(before), after: null });
  return unlessRefused(async () => {
    await db.batch([
      lockTree(db, true),
      db.execute(sql`SELECT FROM categories WHERE id = ${id} OR parent_id = ${id} ORDER BY id FOR UPDATE`),
      requireRow(db, isStill(id, version)),
      db
        .update(categories)
        .set({ is_deleted: true, deleted_at: sql`now()`, version: version + 1 })
        .where(eq(categories.id, id)),
      db
        .update(categories)
        .set({ parent_id: null, version: sql`version + 1` })
        .where(and(eq(categories.parent_id, id), not(categories.is_deleted))),
      insertEvents(db, events),
    ]);
    return { events };
  });
}

/** Before any row of the tree: whoever changes its shape waits here for the others who do. */
function lockTree(db: Database, changesShape: boolean) {
  return db.execute(sql`SELECT lock_category_tree() WHERE ${changesShape}`);
}

function isStill(id: string, version: number) {
  return sql`SELECT FROM categories WHERE id = ${id} AND version = ${version} AND NOT is_deleted`;
}

function selectCategory(db: Database, id: string) {
  return db.execute(sql`
    WITH RECURSIVE inside AS (
      SELECT id FROM categories WHERE id = ${id} AND NOT is_deleted
      UNION ALL
      SELECT child.id FROM categories child JOIN inside ON child.parent_id = inside.id WHERE NOT child.is_deleted)
    SELECT ${categoryColumns}, category.is_active, category.version,
           (SELECT coalesce(sum(counted.product_count), 0)::integer
              FROM inside JOIN category_product_counts counted ON counted.category_id = inside.id) AS product_count
      FROM categories category
     WHERE category.id = ${id} AND NOT category.is_deleted`);
}

function categoryIn({ rows }: { rows: unknown[] }): AdminCategoryRow | null {
  return rows[0] === undefined ? null : AdminCategoryRow.parse(rows[0]);
}

function fieldsOf(row: AdminCategoryRow): CategoryFields {
  const { name, slug, description, parent_id, image_url, is_active, display_order } = row;
  return { name, slug, description, parent_id, image_url, is_active, display_order };
}

function eventsOf({
  id,
  before,
  after,
  ...change
}: {
  actor_id: string;
  action: string;
  id: string;
  before: CategoryFields | null;
  after: CategoryChange | null;
}): [OutboxEvent, ...OutboxEvent[]] {
  return [
    newEvent('category.updated', id, { category_id: id }),
    auditEvent({ ...change, resource_type: 'category', resource_id: id, before, after }),
  ];
}

const refusals: Record<string, Refusal> = {
  categories_cycle_check: 'cycle',
  categories_empty_check: 'not_empty',
  categories_name_key: 'name_taken',
  categories_parent_id_live: 'parent_unknown',
  categories_slug_key: 'slug_taken',
};
const deadlock = '40P01';
const maxAttempts = 5;

/** Repeats what a deadlock ended: an import holds many categories at once, in the order of its rows. */
async function unlessRefused<Result>(write: () => Promise<Result>): Promise<Result | Refusal> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await write();
    } catch (error) {
      if (isGuardRefusal(error)) return 'changed_meanwhile';
      const { code, constraint } = sqlError(error) ?? {};
      const refusal = refusals[constraint ?? ''];
      if (refusal) return refusal;
      if (code !== deadlock || attempt === maxAttempts) throw error;
    }
  }
}
