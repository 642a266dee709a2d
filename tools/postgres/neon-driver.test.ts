import { NeonDbError } from '@neondatabase/serverless';
import { eq, sql as drizzleSql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/neon-http';
import { boolean, customType, integer, jsonb, numeric, pgTable, text, timestamp, uuid } from 'drizzle-orm/pg-core';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { createThings, labels, openTestShop, rejection, sql } from './testing.ts';
import type { TestShop } from './testing.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const bytea = customType<{ data: Buffer }>({ dataType: () => 'bytea' });
const things = pgTable('things', {
  id: uuid('id').primaryKey(),
  label: text('label').notNull().unique('one_label'),
  price: numeric('price', { precision: 10, scale: 2 }),
  stock: integer('stock').notNull().default(0),
  active: boolean('active'),
  madeAt: timestamp('made_at', { withTimezone: true }),
  extra: jsonb('extra').$type<{ size: string; tags: string[] }>(),
  picture: bytea('picture'),
  words: text('words').array(),
});
const db = drizzle(sql, { schema: { things } });

let shop: TestShop;

beforeAll(async () => {
  shop = await openTestShop(25520);
});

afterAll(() => shop.close());

beforeEach(createThings);

test('every kind of parameter arrives', async () => {
  const when = new Date('2026-11-23T10:11:12.345Z');
  const rows = await sql`SELECT
    ${'it\'s \\ "quoted" – 漢字 🛒'}::text AS text, ${''}::text AS empty, ${42}::int AS integer, ${-1.5}::float8 AS float,
    ${'9007199254740993'}::bigint AS big, ${'19.90'}::numeric AS money, ${true}::boolean AS yes, ${false}::boolean AS no,
    ${null}::text AS nothing, ${when}::timestamptz AS at, ${Buffer.from([0, 255, 92])}::bytea AS bytes,
    ${{ a: [1, null, 'x'] }}::jsonb AS json, ${JSON.stringify(['x'])}::jsonb AS json_list,
    ${['a', 'b,"c"', null]}::text[] AS words, ${[
      [1, 2],
      [3, 4],
    ]}::int[] AS grid, ${[]}::int[] AS none`;
  expect(rows).toEqual([
    {
      text: 'it\'s \\ "quoted" – 漢字 🛒',
      empty: '',
      integer: 42,
      float: -1.5,
      big: '9007199254740993',
      money: '19.90',
      yes: true,
      no: false,
      nothing: null,
      at: '2026-11-23 10:11:12.345+00', // drizzle takes the driver's date parsers away and parses by column
      bytes: Buffer.from([0, 255, 92]),
      json: { a: [1, null, 'x'] },
      json_list: ['x'],
      words: ['a', 'b,"c"', null],
      grid: [
        [1, 2],
        [3, 4],
      ],
      none: [],
    },
  ]);
});

test('full results carry command, count and fields; array mode keeps columns of the same name apart', async () => {
  const full = await sql.query('SELECT 1::int AS a, NULL::numeric(10,2) AS a', [], {
    fullResults: true,
    arrayMode: true,
  });
  expect(full).toMatchObject({ command: 'SELECT', rowCount: 1, rowAsArray: true, rows: [[1, null]] });
  expect(full.fields).toEqual([
    { name: 'a', tableID: 0, columnID: 0, dataTypeID: 23, dataTypeSize: 4, dataTypeModifier: -1, format: 'text' },
    {
      name: 'a',
      tableID: 0,
      columnID: 0,
      dataTypeID: 1700,
      dataTypeSize: -1,
      dataTypeModifier: 655366,
      format: 'text',
    },
  ]);
  const insert = await sql.query(
    `INSERT INTO things (id, label) SELECT gen_random_uuid(), x FROM unnest($1::text[]) x`,
    [['a', 'b']],
    { fullResults: true },
  );
  expect(insert).toMatchObject({ command: 'INSERT', rowCount: 2, rows: [], fields: [] });
});

test('drizzle writes and reads every column type', async () => {
  const thing = {
    id: '019aa000-0000-7000-8000-000000000001',
    label: 'lamp',
    price: '19.90',
    stock: 3,
    active: true,
    madeAt: new Date('2026-11-23T10:11:12.345Z'),
    extra: { size: 'S', tags: ['a', 'b'] },
    picture: Buffer.from([1, 2, 3]),
    words: ['one', 'two, three'],
  };
  expect(await db.insert(things).values(thing).returning()).toEqual([thing]);
  expect(await db.query.things.findFirst({ where: eq(things.label, 'lamp') })).toEqual(thing);
  const empty = { ...thing, price: null, active: null, madeAt: null, extra: null, picture: null, words: null };
  expect(await db.update(things).set(empty).where(eq(things.id, thing.id)).returning()).toEqual([empty]);
  expect((await db.execute(drizzleSql`DELETE FROM things WHERE stock = ${3}`)).rowCount).toBe(1);
});

test('an error carries what Postgres said', async () => {
  await sql`INSERT INTO things (id, label) VALUES (gen_random_uuid(), 'lamp')`;
  const duplicate = await rejection(sql`INSERT INTO things (id, label) VALUES (gen_random_uuid(), 'lamp')`);
  expect(duplicate).toBeInstanceOf(NeonDbError);
  expect(duplicate).toMatchObject({
    message: 'duplicate key value violates unique constraint "one_label"',
    severity: 'ERROR',
    code: '23505',
    detail: 'Key (label)=(lamp) already exists.',
    schema: 'public',
    table: 'things',
    constraint: 'one_label',
    routine: '_bt_check_unique',
  });
  expect(await rejection(sql`SELECT 'x'::int`)).toMatchObject({ code: '22P02', position: '8' });
  expect(await rejection(sql`INSERT INTO things (id) VALUES (gen_random_uuid())`)).toMatchObject({
    code: '23502',
    column: 'label',
  });
  expect(await rejection(sql.query('SELECT \u0000 1'))).toMatchObject({ code: '08P01' });
  const wrapped = await rejection(
    db.insert(things).values({ id: '019aa000-0000-7000-8000-000000000001', label: 'lamp' }).execute(),
  );
  expect(wrapped).toMatchObject({ cause: { code: '23505', constraint: 'one_label' } });
  expect(await labels()).toEqual(['lamp']);
});

test('a batch commits as one and rolls back as one', async () => {
  const row = (number: number, label: string, stock = 1) =>
    db.insert(things).values({ id: `019aa000-0000-7000-8000-00000000000${number}`, label, stock });
  const [, updated, listed] = await db.batch([
    row(1, 'a'),
    db
      .update(things)
      .set({ stock: drizzleSql`${things.stock} + 1` })
      .returning({ stock: things.stock }),
    db.select({ label: things.label }).from(things),
  ]);
  expect(updated).toEqual([{ stock: 2 }]);
  expect(listed).toEqual([{ label: 'a' }]);
  expect(await rejection(db.batch([row(2, 'b'), row(3, 'c', -1), row(4, 'd')]))).toMatchObject({
    code: '23514',
    constraint: 'not_below_zero',
  });
  expect(await labels()).toEqual(['a']);
});

test('a batch that fails at commit fails', async () => {
  await sql`ALTER TABLE things DROP CONSTRAINT one_label, ADD CONSTRAINT one_label UNIQUE (label) DEFERRABLE INITIALLY DEFERRED`;
  const insert = () => sql`INSERT INTO things (id, label) VALUES (gen_random_uuid(), 'twice')`;
  expect(await rejection(sql.transaction([insert(), insert()]))).toMatchObject({ code: '23505' });
  expect(await labels()).toEqual([]);
});

test('a batch honours isolation level, read-only and deferrable', async () => {
  const settings = () => sql`SELECT current_setting('transaction_isolation') AS isolation,
    current_setting('transaction_read_only') AS read_only, current_setting('transaction_deferrable') AS deferrable`;
  expect(await sql.transaction([settings()])).toEqual([
    [{ isolation: 'read committed', read_only: 'off', deferrable: 'off' }],
  ]);
  expect(
    await sql.transaction([settings()], { isolationLevel: 'Serializable', readOnly: true, deferrable: true }),
  ).toEqual([[{ isolation: 'serializable', read_only: 'on', deferrable: 'on' }]]);
  expect(await sql.transaction([settings()], { isolationLevel: 'RepeatableRead', readOnly: false })).toEqual([
    [{ isolation: 'repeatable read', read_only: 'off', deferrable: 'off' }],
  ]);
  const write = sql`INSERT INTO things (id, label) VALUES (gen_random_uuid(), 'x')`;
  expect(await rejection(sql.transaction([write], { readOnly: true }))).toMatchObject({ code: '25006' });
  expect(await labels()).toEqual([]);
});
