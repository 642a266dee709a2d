import { Client, DatabaseError } from 'pg';

import { seedTree } from './categories.ts';
import { categoryColumns, companions, movementColumns, productColumns } from './columns.ts';
import { copyRows } from './copy.ts';
import { withoutIndexes } from './indexes.ts';
import { openedAt, type SeedProduct, seedProducts } from './products.ts';

export interface CatalogueOptions {
  /** Of a migrated products database. */
  url: string;
  /** Below 10 million. */
  products: number;
  categories: number;
  /** From 1 to 9,999. The same seed makes the same catalogue, another one shares no slug, SKU or barcode with it. */
  seed?: number;
  log?: (line: string) => void;
}

/** Which indexes are made anew, and what is vacuumed. */
const tables = ['products', 'inventory_movements', ...Object.keys(companions)];

/** The shop has the catalogue of this seed, or products that are called like it. Nothing was changed. */
export class AlreadySeeded extends Error {}

const batchSize = 10_000;
const progressStep = 50_000;
/** From here on, indexes are made anew rather than kept up to date. */
const bulk = 10_000;

/**
 * Adds a generated catalogue to a shop: categories, products with variants, stock, movements and images. All of it or,
 * whatever happens, nothing. Large ones lock the tables meanwhile, also for readers.
 *
 * @throws AlreadySeeded when the shop has the catalogue of this seed
 */
export async function seedCatalogue(options: CatalogueOptions): Promise<void> {
  const { url, products, log = () => {} } = options;
  const client = new Client({ connectionString: url, application_name: 'seed' });
  client.on('error', () => {}); // a broken connection fails the statement; the event says it a second time
  await client.connect();
  try {
    await client.query('BEGIN');
    // Nothing of a catalogue that can be made again needs to wait for the disk.
    await client.query('SET LOCAL synchronous_commit = off');
    if (products < bulk) await load(client, { ...options, log });
    else await withoutIndexes(client, tables, () => load(client, { ...options, log }), log);
    await client.query('COMMIT');
    // What index-only scans and good plans need.
    log('Vacuum and analyze');
    await client.query(`VACUUM (ANALYZE) categories, category_product_counts, ${tables.join(', ')}`);
  } catch (error) {
    throw explained(error, options.seed ?? 1);
  } finally {
    await client.end();
  }
}

async function load(client: Client, options: CatalogueOptions & { log: (line: string) => void }): Promise<void> {
  const { products, categories, seed = 1, log } = options;
  const hasTriggers = !(await withoutTriggers(client));
  const tree = seedTree(categories, seed, openedAt);
  await copyRows(client, 'categories', categoryColumns, tree.categories);
  const listed = new Map<string, number>();
  const source = seedProducts(products, seed, tree.leaves);
  for (let done = 0; done < products; done += batchSize) {
    const batch: SeedProduct[] = [];
    await copyRows(client, 'products', productColumns, taken(source, batchSize, batch));
    for (const [table, columns] of Object.entries(companions)) await copyRows(client, table, columns, batch);
    await copyRows(
      client,
      'inventory_movements',
      movementColumns,
      batch.filter(({ quantity }) => quantity !== 0),
    );
    for (const { category_id, is_active, is_group_primary } of batch) {
      if (is_active && is_group_primary) listed.set(category_id, (listed.get(category_id) ?? 0) + 1);
    }
    const reached = done + batch.length;
    if (reached % progressStep === 0 || reached === products) log(`${reached.toLocaleString('en')} products`);
  }
  if (!hasTriggers) await writeCounts(client, listed);
}

/** The next `count` values of a source that goes on afterwards; each is kept in `seen`. */
function* taken<Value>(source: Iterator<Value>, count: number, seen: Value[]): Generator<Value> {
  while (seen.length < count) {
    const { value, done } = source.next();
    if (done) return;
    seen.push(value);
    yield value;
  }
}

/**
 * Switches triggers and the checks of references off for this transaction: the rows obey them by the way they are made.
 * False where the account may not, as on most hosted databases; then it only takes longer.
 */
async function withoutTriggers(client: Client): Promise<boolean> {
  await client.query('SAVEPOINT before_triggers');
  try {
    await client.query('SET LOCAL session_replication_role = replica');
    return true;
  } catch (error) {
    if (!(error instanceof DatabaseError) || error.code !== '42501') throw error;
    await client.query('ROLLBACK TO before_triggers');
    return false;
  }
}

/** What the triggers of products would have written. */
async function writeCounts(client: Client, listed: Map<string, number>): Promise<void> {
  await client.query(
    `INSERT INTO category_product_counts (category_id, product_count)
     SELECT * FROM unnest($1::uuid[], $2::integer[])`,
    [[...listed.keys()], [...listed.values()]],
  );
}

function explained(error: unknown, seed: number): unknown {
  const isDuplicate = error instanceof DatabaseError && error.code === '23505';
  if (!isDuplicate) return error;
  return new AlreadySeeded(
    `The shop has the catalogue of seed ${seed} already. Nothing was changed: choose another seed.`,
    {
      cause: error,
    },
  );
}
