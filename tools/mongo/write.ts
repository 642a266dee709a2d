import { ObjectId } from 'bson';
import { fieldsIn, flagIn, integerIn, listIn, refuseOthers } from './arguments.ts';
import { existingOrNew, namespaceOf } from './catalog.ts';
import type { Command, CommandContext } from './commands.ts';
import { CommandError } from './errors.ts';
import { pinnedFields } from './filter.ts';
import { selected } from './read.ts';
import { validatorOf } from './schema.ts';
import { projectionOf } from './shape.ts';
import type { Collection, Storage, StoredDocument } from './storage.ts';
import { type Change, changeOf, isOperatorUpdate } from './update.ts';
import { bsonType, type Fields, fieldOf, isFields } from './values.ts';
import { MAX_DOCUMENT_BYTES, serialized } from './wire.ts';

/**
 * Applies each statement of a write command on its own: one that is refused leaves nothing behind and becomes a write
 * error, and with `ordered` (the default) ends the command. What the others did stays.
 */
function eachStatement<T>(context: CommandContext, statements: Fields[], apply: (statement: Fields) => T) {
  const ordered = flagIn(context.command['ordered'], 'ordered', true);
  const done: { index: number; result: T }[] = [];
  const writeErrors: Fields[] = [];
  for (const [index, statement] of statements.entries()) {
    try {
      done.push({ index, result: context.storage.atomically(() => apply(statement)) });
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      writeErrors.push({ index, code: error.code, errmsg: error.message, ...error.details });
      if (ordered) break;
    }
  }
  return { done, errors: writeErrors.length > 0 ? { writeErrors } : {} };
}

/** A document as it is stored, `_id` first, with its bytes; refused when a server or the validator would. */
function storable(collection: Collection, document: Fields): { document: Fields; body: Uint8Array } {
  const id = fieldOf(document, '_id') ?? new ObjectId();
  if (Array.isArray(id)) throw new CommandError('BadValue', "the field '_id' cannot be an array");
  const complete = { _id: id, ...document };
  refuseUnstorable(complete);
  const body = serialized(complete, MAX_DOCUMENT_BYTES, 'the document is over 16 MiB');
  const problem = validatorOf(fieldsIn(collection.options['validator'] ?? {}, 'validator'))(complete);
  if (problem === null) return { document: complete, body };
  const errInfo = { failingDocumentId: id, details: { reason: `the document ${problem}` } };
  throw new CommandError('DocumentValidationFailure', 'Document failed validation', { errInfo });
}

/** Refuses types and field names that would not come back as they went in. */
function refuseUnstorable(value: unknown): void {
  if (Array.isArray(value)) return value.forEach(refuseUnstorable);
  if (!isFields(value)) return void bsonType(value);
  for (const [name, inner] of Object.entries(value)) {
    if (/^\$|\.|^\d+$|^__proto__$/.test(name)) {
      throw new CommandError('BadValue', `the field name '${name}' is not supported`);
    }
    refuseUnstorable(inner);
  }
}

function insert(context: CommandContext): Fields {
  const documents = listIn(context.command['documents'], 'documents');
  const collection = existingOrNew(context, 'insert');
  const { done, errors } = eachStatement(context, documents, (document) => add(context.storage, collection, document));
  return { n: done.length, ...errors };
}

function add(storage: Storage, collection: Collection, document: Fields): Fields {
  const stored = storable(collection, document);
  storage.insert(collection, stored.document, stored.body);
  return stored.document;
}

/** Writes a new version, unless it is the same bytes; returns it and whether it was written. */
function modify(storage: Storage, collection: Collection, found: StoredDocument, change: Change) {
  const next = storable(collection, change(found.document, false));
  const isModified = Buffer.compare(next.body, found.body) !== 0;
  if (isModified) storage.replace(collection, found.id, next.document, next.body);
  return { document: next.document, isModified };
}

/** Inserts what an upsert makes of nothing: the values its filter pins (for a replacement the `_id`), then changed. */
function addChanged(
  storage: Storage,
  collection: Collection,
  filter: Fields,
  requested: unknown,
  change: Change,
): Fields {
  const pinned = [...pinnedFields(filter, false)].map(([path, values]): [string, unknown] => [path, values[0]]);
  const kept = isOperatorUpdate(requested) ? pinned : pinned.filter(([path]) => path === '_id');
  return add(storage, collection, change(changeOf({ $set: Object.fromEntries(kept) })({}, true), true));
}

function update(context: CommandContext): Fields {
  const statements = listIn(context.command['updates'], 'updates');
  const { done, errors } = eachStatement(context, statements, (statement) => updateStatement(context, statement));
  const sum = (name: 'n' | 'nModified') => done.reduce((total, { result }) => total + result[name], 0);
  const upserted = done
    .filter(({ result }) => 'upserted' in result)
    .map(({ index, result }) => ({ index, _id: result.upserted }));
  return { n: sum('n'), nModified: sum('nModified'), ...(upserted.length > 0 ? { upserted } : {}), ...errors };
}

function updateStatement(
  context: CommandContext,
  statement: Fields,
): { n: number; nModified: number; upserted?: unknown } {
  refuseOthers(statement, ['q', 'u', 'multi', 'upsert'], 'an update statement');
  const { storage } = context;
  const filter = fieldsIn(statement['q'], 'q');
  const multi = flagIn(statement['multi'], 'multi', false);
  const upsert = flagIn(statement['upsert'], 'upsert', false);
  const change = changeOf(statement['u']);
  if (multi && !isOperatorUpdate(statement['u'])) {
    throw new CommandError('FailedToParse', 'multi update is not supported for replacement-style update');
  }
  const collection = collectionFor(context, 'update', upsert);
  const found = selected(storage, collection, { filter }).slice(0, multi ? undefined : 1);
  if (collection === undefined || (found.length === 0 && !upsert)) return { n: 0, nModified: 0 };
  if (found.length === 0) {
    return { n: 1, nModified: 0, upserted: addChanged(storage, collection, filter, statement['u'], change)['_id'] };
  }
  const results = found.map((stored) => modify(storage, collection, stored, change));
  return { n: found.length, nModified: results.filter((result) => result.isModified).length };
}

function collectionFor(context: CommandContext, commandName: string, create: boolean): Collection | undefined {
  if (create) return existingOrNew(context, commandName);
  return context.storage.findCollection(context.db, namespaceOf(context, commandName));
}

function remove(context: CommandContext): Fields {
  const { command, storage } = context;
  const collection = collectionFor(context, 'delete', false);
  const { done, errors } = eachStatement(context, listIn(command['deletes'], 'deletes'), (statement) => {
    refuseOthers(statement, ['q', 'limit'], 'a delete statement');
    const filter = fieldsIn(statement['q'], 'q');
    const limit = integerIn(statement['limit'], 'limit');
    if (limit > 1) throw new CommandError('FailedToParse', 'the limit of a delete statement is 0 or 1');
    const found = selected(storage, collection, { filter }).slice(0, limit || undefined);
    for (const { id } of found) storage.remove(id);
    return found.length;
  });
  return { n: done.reduce((total, { result }) => total + result, 0), ...errors };
}

function findAndModify(context: CommandContext): Fields {
  const { command, storage } = context;
  const filter = fieldsIn(command['query'] ?? {}, 'query');
  const project = projectionOf(fieldsIn(command['fields'] ?? {}, 'fields'));
  const isRemoval = flagIn(command['remove'], 'remove', false);
  const returnsNew = flagIn(command['new'], 'new', false);
  const upsert = flagIn(command['upsert'], 'upsert', false);
  if (isRemoval && (returnsNew || upsert || command['update'] !== undefined)) {
    throw new CommandError('FailedToParse', 'a removal takes no update, new or upsert');
  }
  const change = isRemoval ? undefined : changeOf(command['update']);
  const collection = collectionFor(context, 'findAndModify', upsert);
  const found = selected(storage, collection, { filter, sort: command['sort'] })[0];
  const shown = (document: Fields | undefined) => (document === undefined ? null : project(document));
  if (collection !== undefined && found === undefined && upsert && change !== undefined) {
    const added = addChanged(storage, collection, filter, command['update'], change);
    return answer(shown(returnsNew ? added : undefined), { n: 1, updatedExisting: false, upserted: added['_id'] });
  }
  if (collection === undefined || found === undefined) {
    return answer(null, isRemoval ? { n: 0 } : { n: 0, updatedExisting: false });
  }
  if (change === undefined) {
    storage.remove(found.id);
    return answer(shown(found.document), { n: 1 });
  }
  const { document } = modify(storage, collection, found, change);
  return answer(shown(returnsNew ? document : found.document), { n: 1, updatedExisting: true });
}

function answer(value: Fields | null, lastErrorObject: Fields): Fields {
  return { lastErrorObject, value };
}

const findAndModifyCommand: Command = {
  fields: ['query', 'sort', 'remove', 'update', 'new', 'upsert', 'fields'],
  run: findAndModify,
};

export const WRITE_COMMANDS: Record<string, Command> = {
  insert: { fields: ['documents', 'ordered'], run: insert },
  update: { fields: ['updates', 'ordered'], run: update },
  delete: { fields: ['deletes', 'ordered'], run: remove },
  findAndModify: findAndModifyCommand,
  findandmodify: findAndModifyCommand,
};
