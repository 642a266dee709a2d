import { type Collection, type Db, Decimal128, type Document, MongoClient, ObjectId } from 'mongodb';
import { afterAll, beforeAll, beforeEach } from 'vitest';

import { differenceOf } from './differences.ts';

/** The server that is put to the test, as the cases see it. Everything is there only while they run. */
export interface Subject {
  /** A database of this run's own. */
  db: () => Db;
  /** A URI that names a database of the server. */
  uriOf: (database: string) => string;
  /** A collection of the running case's own, which does not exist yet. */
  collection: () => Collection;
  /** What the collection holds, in the order of the `_id`. */
  stored: () => Promise<Document[]>;
}

/**
 * Connects before the cases of the enclosing suite, and leaves nothing behind. Cases in which the named server is known
 * to differ are skipped.
 *
 * @param connection asked for the URI when the cases begin
 */
export function connectSubject(connection: () => string, server: string | undefined): Subject {
  let client: MongoClient | undefined;
  let db: Db;
  let collection: Collection;

  beforeAll(async () => {
    client = await new MongoClient(connection(), { serverSelectionTimeoutMS: 5000 }).connect();
    db = client.db(`contract_${new ObjectId().toHexString()}`);
  });
  beforeEach((context) => {
    const difference = server === undefined ? null : differenceOf(server, nameOf(context.task));
    if (difference !== null) context.skip(difference.reason);
    collection = db.collection(`carts_${new ObjectId().toHexString()}`);
  });
  afterAll(async () => {
    // There is none when the server could not be reached.
    if (client === undefined) return;
    // What the server makes of this is no part of the contract.
    await db.dropDatabase().catch((error: unknown) => console.warn(`not cleaned up: ${String(error)}`));
    await client.close();
  });

  return {
    db: () => db,
    uriOf: (database) => {
      const uri = new URL(connection());
      uri.pathname = `/${database}`;
      return uri.href;
    },
    collection: () => collection,
    stored: () => collection.find({}, { sort: { _id: 1 } }).toArray(),
  };
}

interface Named {
  name: string;
  suite?: Named | undefined;
}

/** As vitest prints it, without the outermost suite. */
function nameOf(task: Named): string {
  if (task.suite?.suite === undefined) return task.name;
  return `${nameOf(task.suite)} ${task.name}`;
}

/** What the server said no with; fails when it said yes. */
export async function refusalOf(
  work: Promise<unknown>,
): Promise<{ code: unknown; keyPattern: unknown; keyValue: unknown }> {
  const outcome: unknown = await work.then(
    () => null,
    (error: unknown) => error,
  );
  if (!(outcome instanceof Error)) throw new Error('expected a refusal');
  const { code, keyPattern, keyValue } = Object.assign({ code: null, keyPattern: null, keyValue: null }, outcome);
  return { code, keyPattern, keyValue };
}

/** How many were let through; whoever was not must have been refused with this code. */
export async function passed(attempts: Promise<unknown>[], code: number): Promise<number> {
  const outcomes = await Promise.allSettled(attempts);
  for (const outcome of outcomes) {
    if (outcome.status === 'fulfilled') continue;
    const refusal = await refusalOf(Promise.reject(outcome.reason));
    if (refusal.code !== code) throw outcome.reason;
  }
  return outcomes.filter(({ status }) => status === 'fulfilled').length;
}

export const product = (id: string, quantity: number) => ({ product_id: id, quantity });
export const decimal = (text: string) => Decimal128.fromString(text);
export const later = new Date('2999-01-01T00:00:00.000Z');
