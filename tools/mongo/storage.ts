import { deserialize, serialize } from 'bson';
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { CommandError } from './errors.ts';
import { type Index, indexFrom, indexKeys, refusal } from './indexes.ts';
import { EXACT_TYPES, type Fields } from './values.ts';

const TABLES = `
  CREATE TABLE IF NOT EXISTS collections (
    id INTEGER PRIMARY KEY, db TEXT NOT NULL, name TEXT NOT NULL, options BLOB NOT NULL, UNIQUE (db, name));
  CREATE TABLE IF NOT EXISTS indexes (
    id INTEGER PRIMARY KEY, collection_id INTEGER NOT NULL REFERENCES collections ON DELETE CASCADE, spec BLOB NOT NULL);
  CREATE INDEX IF NOT EXISTS indexes_of_collection ON indexes (collection_id);
  CREATE TABLE IF NOT EXISTS documents (
    id INTEGER PRIMARY KEY AUTOINCREMENT, collection_id INTEGER NOT NULL REFERENCES collections ON DELETE CASCADE,
    body BLOB NOT NULL);
  CREATE INDEX IF NOT EXISTS documents_of_collection ON documents (collection_id);
  CREATE TABLE IF NOT EXISTS index_keys (
    index_id INTEGER NOT NULL REFERENCES indexes ON DELETE CASCADE, key TEXT NOT NULL,
    document_id INTEGER NOT NULL REFERENCES documents ON DELETE CASCADE, is_unique INTEGER NOT NULL,
    PRIMARY KEY (index_id, key, document_id)) WITHOUT ROWID;
  CREATE UNIQUE INDEX IF NOT EXISTS unique_keys ON index_keys (index_id, key) WHERE is_unique = 1;
  CREATE INDEX IF NOT EXISTS keys_of_document ON index_keys (document_id);
`;
const SQLITE_CONSTRAINT_UNIQUE = 2067;

export interface Collection {
  id: number;
  db: string;
  name: string;
  options: Fields;
  indexes: Index[];
}

export interface StoredDocument {
  id: number;
  body: Uint8Array;
  document: Fields;
}

export type Storage = ReturnType<typeof openStorage>;

/** Opens the file (`:memory:` is one, too), locked for this process; a commit is on the disk when `durable`. */
export function openStorage(file: string, durable: boolean) {
  const sqlite = new DatabaseSync(file, { timeout: 3000 });
  const statements = new Map<string, StatementSync>();

  function prepared(sql: string): StatementSync {
    const known = statements.get(sql) ?? sqlite.prepare(sql);
    statements.set(sql, known);
    return known;
  }
  const run = (sql: string, ...values: SQLInputValue[]) => prepared(sql).run(...values);
  const rows = (sql: string, ...values: SQLInputValue[]) => prepared(sql).all(...values);

  try {
    sqlite.exec(`PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL;
      PRAGMA synchronous = ${durable ? 'FULL' : 'OFF'}; ${TABLES}`);
  } catch (error) {
    sqlite.close();
    throw error;
  }

  /** All of the work or none of it; nested calls undo only their own part. */
  function atomically<T>(work: () => T): T {
    const outermost = !sqlite.isTransaction;
    sqlite.exec(outermost ? 'BEGIN IMMEDIATE' : 'SAVEPOINT part');
    try {
      const result = work();
      sqlite.exec(outermost ? 'COMMIT' : 'RELEASE part');
      return result;
    } catch (error) {
      if (sqlite.isTransaction) sqlite.exec(outermost ? 'ROLLBACK' : 'ROLLBACK TO part; RELEASE part');
      throw error;
    }
  }

  function collectionFrom(row: Record<string, unknown>): Collection {
    const id = Number(row['id']);
    const found = rows('SELECT id, spec FROM indexes WHERE collection_id = ? ORDER BY id', id);
    const indexes = found.map((index) => indexFrom(Number(index['id']), decoded(index['spec'])));
    return { id, db: String(row['db']), name: String(row['name']), options: decoded(row['options']), indexes };
  }

  function collections(db: string): Collection[] {
    return rows('SELECT * FROM collections WHERE db = ? ORDER BY name', db).map(collectionFrom);
  }

  function findCollection(db: string, name: string): Collection | undefined {
    return rows('SELECT * FROM collections WHERE db = ? AND name = ?', db, name).map(collectionFrom)[0];
  }

  function createCollection(db: string, name: string, options: Fields): Collection {
    const { lastInsertRowid: id } = run(
      'INSERT INTO collections (db, name, options) VALUES (?, ?, ?)',
      db,
      name,
      serialize(options),
    );
    const collection: Collection = { id: Number(id), db, name, options, indexes: [] };
    createIndex(collection, { v: 2, key: { _id: 1 }, name: '_id_' });
    return collection;
  }

  /** Adds an index and the keys of the documents that are there already. */
  function createIndex(collection: Collection, spec: Fields): void {
    const { lastInsertRowid } = run(
      'INSERT INTO indexes (collection_id, spec) VALUES (?, ?)',
      collection.id,
      serialize(spec),
    );
    const index = indexFrom(Number(lastInsertRowid), decoded(serialize(spec)));
    for (const { id, document } of documents(collection)) addKeys(collection, index, id, document);
    collection.indexes.push(index);
  }

  function addKeys(collection: Collection, index: Index, id: number, document: Fields): void {
    for (const key of indexKeys(index, document)) {
      try {
        run('INSERT INTO index_keys VALUES (?, ?, ?, ?)', index.id, key, id, Number(index.unique));
      } catch (error) {
        if (!isUniqueViolation(error)) throw error;
        throw refusal(index, document, `${collection.db}.${collection.name}`);
      }
    }
  }

  function* documents(collection: Collection): Generator<StoredDocument> {
    const found = prepared('SELECT id, body FROM documents WHERE collection_id = ? ORDER BY id').all(collection.id);
    for (const row of found) yield storedFrom(row);
  }

  /** The documents under some keys of an index, in the order they were stored. */
  function lookup(index: Index, keys: readonly string[]): StoredDocument[] {
    const found = keys.flatMap((key) =>
      rows(
        'SELECT id, body FROM index_keys JOIN documents ON id = document_id WHERE index_id = ? AND key = ?',
        index.id,
        key,
      ).map(storedFrom),
    );
    return [...new Map(found.map((stored) => [stored.id, stored])).values()].sort((a, b) => a.id - b.id);
  }

  return {
    atomically,
    collections,
    findCollection,
    createCollection,
    createIndex,
    documents,
    lookup,
    close: () => sqlite.close(),
    allCollections: () => rows('SELECT * FROM collections ORDER BY id').map(collectionFrom),
    setOptions: (collection: Collection, options: Fields) =>
      run('UPDATE collections SET options = ? WHERE id = ?', serialize(options), collection.id),
    dropCollection: (collection: Collection) => run('DELETE FROM collections WHERE id = ?', collection.id),
    dropIndex: (index: Index) => run('DELETE FROM indexes WHERE id = ?', index.id),
    remove: (id: number) => run('DELETE FROM documents WHERE id = ?', id),

    insert(collection: Collection, document: Fields, body: Uint8Array): void {
      const { lastInsertRowid: id } = run(
        'INSERT INTO documents (collection_id, body) VALUES (?, ?)',
        collection.id,
        body,
      );
      for (const index of collection.indexes) addKeys(collection, index, Number(id), document);
    },

    replace(collection: Collection, id: number, document: Fields, body: Uint8Array): void {
      run('UPDATE documents SET body = ? WHERE id = ?', body, id);
      run('DELETE FROM index_keys WHERE document_id = ?', id);
      for (const index of collection.indexes) addKeys(collection, index, id, document);
    },

    /** Removes the documents that have a key of the index from `lowest` to `highest`; returns how many. */
    removeRange(index: Index, lowest: string, highest: string): number {
      const { changes } = run(
        `DELETE FROM documents WHERE id IN
          (SELECT document_id FROM index_keys WHERE index_id = ? AND key BETWEEN ? AND ?)`,
        index.id,
        lowest,
        highest,
      );
      return Number(changes);
    },
  };
}

function isUniqueViolation(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && error.errcode === SQLITE_CONSTRAINT_UNIQUE;
}

function decoded(blob: unknown): Fields {
  if (blob instanceof Uint8Array) return deserialize(blob, EXACT_TYPES);
  throw new CommandError('InternalError', 'the database file holds something that is no document');
}

function storedFrom(row: Record<string, unknown>): StoredDocument {
  const body = row['body'];
  if (!(body instanceof Uint8Array)) throw new CommandError('InternalError', 'a stored document has no body');
  return { id: Number(row['id']), body, document: decoded(body) };
}
