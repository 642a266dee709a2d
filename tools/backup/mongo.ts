import { createReadStream, createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';

import { BSON, type Db, MongoClient } from 'mongodb';

import type { Content } from '#tools/backup/manifest.ts';
import { differences, measure } from '#tools/backup/measure.ts';
import { migrateMongo } from '#tools/migrate-mongo.ts';

import { databaseName } from '../../workers/cart/src/store/collection.ts';

const insertedAtOnce = 500;

/** Writes every collection to a file of its own in `folder`: a document a line, as canonical Extended JSON. */
export function saveCart(uri: string, folder: string): Promise<Record<string, Content>> {
  return withDatabase(uri, async (db) => {
    const saved: Record<string, Content> = {};
    for (const name of await collectionsOf(db)) {
      const { through, content } = measure();
      const file = createWriteStream(fileOf(folder, name), { mode: 0o600, flags: 'wx' });
      await pipeline(Readable.from(linesOf(db, name)), through, createGzip(), file);
      saved[name] = content();
    }
    return saved;
  });
}

/** Makes the collections, fills them, and compares what is there then with what was saved. They must be empty. */
export async function fillCart(uri: string, folder: string, kept: Record<string, Content>): Promise<void> {
  await migrateMongo(uri);
  await withDatabase(uri, async (db) => {
    for (const name of Object.keys(kept)) {
      if (await db.collection(name).findOne())
        throw new Error(`cart: ${name} is not empty. Restore into an empty database.`);
    }
    for (const name of Object.keys(kept)) await fillCollection(db, name, folder);
    const wrong = differences(kept, await contentOf(db, Object.keys(kept)));
    if (wrong.length > 0) throw new Error(`cart was not restored:\n${wrong.join('\n')}`);
  });
}

async function fillCollection(db: Db, name: string, folder: string): Promise<void> {
  const lines = createInterface({ input: createReadStream(fileOf(folder, name)).pipe(createGunzip()) });
  let documents: BSON.Document[] = [];
  const insert = async () => {
    if (documents.length > 0) await db.collection(name).insertMany(documents);
    documents = [];
  };
  for await (const line of lines) {
    documents.push(BSON.EJSON.parse(line, { relaxed: false }));
    if (documents.length === insertedAtOnce) await insert();
  }
  await insert();
}

async function contentOf(db: Db, names: string[]): Promise<Record<string, Content>> {
  const found: Record<string, Content> = {};
  for (const name of names) {
    const { through, content } = measure();
    const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
    await pipeline(Readable.from(linesOf(db, name)), through, nowhere);
    found[name] = content();
  }
  return found;
}

async function* linesOf(db: Db, name: string): AsyncGenerator<Buffer> {
  // Unpromoted: a number keeps the type that it is stored with.
  const documents = db.collection(name).find({}, { promoteValues: false, promoteLongs: false }).sort({ _id: 1 });
  for await (const document of documents) yield Buffer.from(`${BSON.EJSON.stringify(document, { relaxed: false })}\n`);
}

async function collectionsOf(db: Db): Promise<string[]> {
  const collections = await db.listCollections().toArray();
  return collections
    .map(({ name }) => name)
    .filter((name) => !name.startsWith('system.'))
    .sort();
}

async function withDatabase<Result>(uri: string, work: (db: Db) => Promise<Result>): Promise<Result> {
  const client = new MongoClient(uri, { serverSelectionTimeoutMS: 10_000 });
  try {
    return await work(client.db(databaseName(uri)));
  } finally {
    await client.close();
  }
}

function fileOf(folder: string, collection: string): string {
  return join(folder, `${collection}.ejson.gz`);
}
