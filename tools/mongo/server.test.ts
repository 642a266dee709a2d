import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Int32, ObjectId, serialize } from 'bson';
import { type Collection, type Document, MongoClient } from 'mongodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { indexFrom, lookupFor } from './indexes.ts';
import { startMongoServer } from './server.ts';

let folder: string;
let server: Awaited<ReturnType<typeof startMongoServer>>;
let client: MongoClient;
let collection: Collection;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mongo-server-'));
  server = await startMongoServer({ file: join(folder, 'data.sqlite'), port: 0, durable: false });
  client = await new MongoClient(server.uri).connect();
  collection = client.db('facts').collection('carts');
});
afterAll(async () => {
  await client.close();
  await server.close();
  await rm(folder, { recursive: true });
});

async function codeOf(work: Promise<unknown>): Promise<unknown> {
  const outcome: unknown = await work.then(
    () => 'accepted',
    (error: unknown) => error,
  );
  return outcome instanceof Error && 'code' in outcome ? outcome.code : outcome;
}

/** Rejects with the first write error of a command that the driver would not send. */
async function written(command: Document): Promise<unknown> {
  const { writeErrors } = await client.db('facts').command(command);
  if (writeErrors === undefined) return 'accepted';
  throw Object.assign(new Error('refused'), writeErrors[0]);
}

async function tooMuch(): Promise<unknown> {
  const large = client.db('facts').collection(`large_${new ObjectId().toHexString()}`);
  for (let n = 0; n < 3; n++) await large.insertOne({ text: 'x'.repeat(6_000_000) });
  return large.find().toArray();
}

const message = (length: number, operation: number, rest: Uint8Array) => {
  const header = Buffer.alloc(16);
  header.writeInt32LE(length, 0);
  header.writeInt32LE(operation, 12);
  return Buffer.concat([header, rest]);
};

describe('what is not supported is refused, and changes nothing', () => {
  const original = { _id: 1, n: 1, list: [1, 2], nested: { a: 1 } };
  const halfUpdate = { update: 'carts', updates: [{ q: {}, u: { $set: { n: 2 }, n: 3 } }] };
  const sortedUpdate = { update: 'carts', updates: [{ q: {}, u: { $set: { n: 2 } }, sort: { n: 1 } }] };
  const refused: [string, number, () => Promise<unknown>][] = [
    ['an unknown command', 59, () => client.db('facts').command({ mapReduce: 'carts' })],
    ['distinct', 59, () => collection.distinct('n')],
    ['a list of the databases', 59, () => client.db('admin').command({ listDatabases: 1 })],
    ['a command by an inherited name', 59, () => client.db('facts').command({ constructor: 1 })],
    [
      'a transaction',
      9,
      () => client.db('facts').command({ find: 'carts', txnNumber: 1, startTransaction: true, autocommit: false }),
    ],
    ['a change of an index', 9, () => client.db('facts').command({ collMod: 'carts', index: { name: '_id_' } })],
    ['a query by JavaScript', 2, () => collection.find({ $where: 'true' }).toArray()],
    ['a condition that is half a value', 2, () => collection.find({ n: { $gt: 0, a: 1 } }).toArray()],
    ['an update that is half a document', 9, () => written(halfUpdate)],
    ['an update sorted', 9, () => written(sortedUpdate)],
    [
      'an unknown type in a schema',
      2,
      () => client.db('facts').createCollection('log', { validator: { $jsonSchema: { bsonType: 'text' } } }),
    ],
    [
      'a validator that is a query',
      9,
      () => client.db('facts').createCollection('log', { validator: { n: { $gt: 0 } } }),
    ],
    ['getMore', 59, () => client.db('facts').command({ getMore: 5, collection: 'carts' })],
    ['a query operator', 2, () => collection.find({ n: { $mod: [2, 1] } }).toArray()],
    ['a top level operator', 2, () => collection.find({ $expr: { $eq: ['$n', 1] } }).toArray()],
    ['a filter by regular expression', 2, () => collection.find({ name: /a/ }).toArray()],
    ['a filter by subdocument', 2, () => collection.find({ nested: { a: 1 } }).toArray()],
    ['a projection operator', 2, () => collection.find({}, { projection: { list: { $slice: 1 } } }).toArray()],
    ['a mixed projection', 2, () => collection.find({}, { projection: { n: 1, list: 0 } }).toArray()],
    ['hint', 9, () => collection.find({}, { hint: '_id_' }).toArray()],
    ['collation', 9, () => collection.find({}, { collation: { locale: 'en' } }).toArray()],
    ['an update operator', 9, () => collection.updateOne({}, { $mul: { n: 2 } })],
    ['a pipeline update', 9, () => collection.updateOne({}, [{ $set: { n: 2 } }])],
    ['array filters', 9, () => collection.updateOne({}, { $set: { n: 2 } }, { arrayFilters: [{ x: 1 }] })],
    ['a positional path', 2, () => collection.updateOne({}, { $set: { 'list.$[]': 2 } })],
    ['a conflicting update', 40, () => collection.updateOne({}, { $set: { n: 2, 'nested.a': 2, nested: {} } })],
    [
      'a modifier of $push',
      9,
      () => collection.updateOne({}, { $push: { list: { $each: [3], $sort: 1 } } } as Document),
    ],
    ['a path through a number', 28, () => collection.updateOne({}, { $set: { 'n.x': 2 } })],
    ['skipped validation', 9, () => collection.insertOne({ n: 2 }, { bypassDocumentValidation: true })],
    ['a field name with $', 2, () => collection.insertOne({ nested: { $a: 1 } })],
    ['a field name that is a number', 2, () => collection.insertOne({ nested: { 12: 1 } })],
    ['a regular expression as value', 2, () => collection.insertOne({ n: /a/ })],
    ['an aggregation', 9, () => collection.aggregate([{ $match: {} }]).toArray()],
    ['a partial index', 9, () => collection.createIndex({ n: 1 }, { partialFilterExpression: { n: 1 } })],
    ['a sparse index', 9, () => collection.createIndex({ n: 1 }, { sparse: true })],
    ['an index over a place in an array', 2, () => collection.createIndex({ 'list.0': 1 })],
    ['a sort by a place in an array', 2, () => collection.find().sort({ 'list.0': 1 }).toArray()],
    ['a text index', 2, () => collection.createIndex({ n: 'text' })],
    ['a capped collection', 9, () => client.db('facts').createCollection('log', { capped: true, size: 4096 })],
    [
      'an unknown schema keyword',
      9,
      () => client.db('facts').createCollection('log', { validator: { $jsonSchema: { oneOf: [] } } }),
    ],
    ['a validator that only warns', 9, () => client.db('facts').createCollection('log', { validationAction: 'warn' })],
    ['a reply beyond 16 MiB', 10334, () => tooMuch()],
  ];

  test.each(refused)('%s (%i)', async (_what, code, attempt) => {
    await collection.drop().catch(() => false);
    await collection.insertOne({ ...original } as Document);
    expect(await codeOf(attempt())).toBe(code);
    expect(await collection.find().toArray()).toEqual([original]);
    expect(await collection.indexes()).toHaveLength(1);
    expect(await client.db('facts').listCollections({ name: 'log' }).toArray()).toEqual([]);
  });
});

test.each<[Record<string, unknown>, string | undefined]>([
  [{ _id: new ObjectId(), version: new Int32(1) }, '_id_'],
  [{ user_id: 'a', expires_at: { $gt: new Date(0) } }, 'user_id_1'],
  [{ $and: [{ user_id: { $in: ['a', 'b'] } }] }, 'user_id_1'],
  [{ 'items.product_id': { $eq: 'p' } }, 'items.product_id_1'],
  [{ code: 'a', order_id: 'b' }, 'code_1_order_id_1'],
  [{ code: 'a' }, undefined],
  [{ user_id: null }, undefined],
  [{ user_id: { $ne: 'a' } }, undefined],
  [{ $or: [{ user_id: 'a' }] }, undefined],
])('a search for %j reads the index %s', (filter, name) => {
  const keys: Record<string, 1>[] = [{ _id: 1 }, { user_id: 1 }, { 'items.product_id': 1 }, { code: 1, order_id: 1 }];
  const indexes = keys.map((key, id) =>
    indexFrom(id, { key, name: key['_id'] ? '_id_' : `${Object.keys(key).join('_1_')}_1` }),
  );
  expect(lookupFor(indexes, filter)?.index.name).toBe(name);
});

test('a reader sees no half of an update of many that is refused', async () => {
  const carts = client.db('facts').collection('halves');
  await carts.createIndex({ code: 1 }, { unique: true });
  await carts.insertMany([{ code: 'a' }, { code: 'b' }]);
  expect(await codeOf(carts.updateMany({}, { $set: { code: 'c' } }))).toBe(11000);
  expect((await carts.find().toArray()).map((cart) => cart['code'])).toEqual(['a', 'b']);
});

describe('frames', () => {
  const whole = (operation: number, ...rest: (number[] | Uint8Array)[]) => {
    const body = Buffer.concat(rest.map((part) => Buffer.from(part)));
    return message(16 + body.length, operation, body);
  };
  const ping = serialize({ ping: 1, $db: 'admin' });
  const FLAGS = [0, 0, 0, 0];

  test.each([
    ['a length below the header', message(3, 2013, Buffer.alloc(0))],
    ['a negative length', message(-1, 2013, Buffer.alloc(0))],
    ['a message beyond 48 MB', message(48_000_001, 2013, Buffer.alloc(0))],
    ['an unknown operation', whole(2001, FLAGS)],
    ['a compressed message', whole(2012, FLAGS)],
    ['no body', whole(2013, FLAGS)],
    ['two bodies', whole(2013, FLAGS, [0], ping, [0], ping)],
    ['an unknown section', whole(2013, FLAGS, [7], ping)],
    ['flags that must be understood', whole(2013, [1, 0, 0, 0], [0], ping)],
    ['a document longer than its message', whole(2013, FLAGS, [0, 255, 0, 0, 0], ping)],
    ['a document that is no BSON', whole(2013, FLAGS, [0, 9, 0, 0, 0, 77, 1, 2, 3])],
    ['a sequence without a name', whole(2013, FLAGS, [1, 5, 0, 0, 0, 65])],
    ['a truncated section', whole(2013, FLAGS, [0, 1])],
  ])('with %s end their connection alone', async (_what, bytes) => {
    const socket = connect(server.port, '127.0.0.1');
    const answered: Buffer[] = [];
    socket.on('data', (chunk) => answered.push(chunk));
    socket.write(bytes);
    await once(socket, 'close');
    expect(answered).toEqual([]);
    expect(await client.db('admin').command({ ping: 1 })).toEqual({ ok: 1 });
  });

  test('arrive in pieces, several at once, and want no reply when they say so', async () => {
    const socket = connect(server.port, '127.0.0.1');
    const silent = whole(2013, [2, 0, 0, 0], [0], ping);
    const both = Buffer.concat([silent, whole(2013, FLAGS, [0], ping), whole(2013, FLAGS, [0], ping)]);
    for (const byte of both) socket.write(Buffer.from([byte]));
    const reply = whole(2013, FLAGS, [0], serialize({ ok: 1 }));
    let received = Buffer.alloc(0);
    socket.on('data', (chunk) => (received = Buffer.concat([received, chunk])));
    await expect.poll(() => received.length).toBe(2 * reply.length);
    expect(received).toEqual(Buffer.concat([reply, reply]));
    socket.destroy();
  });
});
