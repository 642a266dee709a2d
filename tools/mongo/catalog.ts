import { fieldsIn, flagIn, listIn, refuseOthers, textIn } from './arguments.ts';
import type { Command, CommandContext } from './commands.ts';
import { CommandError } from './errors.ts';
import { matcherOf } from './filter.ts';
import { type Index, indexSpec } from './indexes.ts';
import { directionsOf } from './shape.ts';
import { validatorOf } from './schema.ts';
import type { Collection } from './storage.ts';
import { type Fields, keyOf } from './values.ts';

const VALIDATION = ['validator', 'validationLevel', 'validationAction'];

export function namespaceOf(context: CommandContext, commandName: string): string {
  const name = textIn(context.command[commandName], commandName);
  if (name.includes('$') || name.includes('\0')) throw new CommandError('BadValue', `'${name}' is no collection name`);
  return name;
}

function existing(context: CommandContext, commandName: string): Collection {
  const name = namespaceOf(context, commandName);
  const collection = context.storage.findCollection(context.db, name);
  if (collection !== undefined) return collection;
  throw new CommandError('NamespaceNotFound', `ns does not exist: ${context.db}.${name}`);
}

export function existingOrNew(context: CommandContext, commandName: string): Collection {
  const name = namespaceOf(context, commandName);
  return context.storage.findCollection(context.db, name) ?? context.storage.createCollection(context.db, name, {});
}

/** A reply that carries a whole result as the first and last batch of a cursor. */
export function wholeCursor(namespace: string, firstBatch: Fields[]): Fields {
  return { cursor: { id: 0n, ns: namespace, firstBatch } };
}

function validationIn(command: Fields): Fields {
  const { validationLevel = 'strict', validationAction = 'error' } = command;
  if (validationLevel !== 'strict' || validationAction !== 'error') {
    throw new CommandError('FailedToParse', "only validationLevel 'strict' with validationAction 'error' is supported");
  }
  if (command['validator'] === undefined) return {};
  const validator = fieldsIn(command['validator'], 'validator');
  validatorOf(validator);
  return { validator, validationLevel, validationAction };
}

function create(context: CommandContext): Fields {
  const name = namespaceOf(context, 'create');
  const options = validationIn(context.command);
  if (context.storage.findCollection(context.db, name) !== undefined) {
    throw new CommandError('NamespaceExists', `Collection ${context.db}.${name} already exists.`);
  }
  context.storage.createCollection(context.db, name, options);
  return {};
}

function collMod(context: CommandContext): Fields {
  const collection = existing(context, 'collMod');
  context.storage.setOptions(collection, { ...collection.options, ...validationIn(context.command) });
  return {};
}

function listCollections({ command, db, storage }: CommandContext): Fields {
  const filter = fieldsIn(command['filter'] ?? {}, 'filter');
  refuseOthers(filter, ['name', 'type'], 'the filter of listCollections');
  const matches = matcherOf(filter);
  const nameOnly = flagIn(command['nameOnly'], 'nameOnly', false);
  const listed = storage.collections(db).filter(({ name }) => matches({ name, type: 'collection' }));
  const found = listed.map(({ name, options, indexes }): Fields => {
    const details = { options, info: { readOnly: false }, idIndex: indexes[0]?.spec };
    return { name, type: 'collection', ...(nameOnly ? {} : details) };
  });
  return wholeCursor(`${db}.$cmd.listCollections`, found);
}

function drop(context: CommandContext): Fields {
  const collection = existing(context, 'drop');
  context.storage.dropCollection(collection);
  return { nIndexesWas: collection.indexes.length, ns: `${context.db}.${collection.name}` };
}

function dropDatabase({ db, storage }: CommandContext): Fields {
  for (const collection of storage.collections(db)) storage.dropCollection(collection);
  return { dropped: db };
}

function createIndexes(context: CommandContext): Fields {
  const specs = listIn(context.command['indexes'], 'indexes').map(indexSpec);
  const isNew = context.storage.findCollection(context.db, namespaceOf(context, 'createIndexes')) === undefined;
  const collection = existingOrNew(context, 'createIndexes');
  const numIndexesBefore = collection.indexes.length;
  for (const spec of specs) {
    if (!isPresent(collection.indexes, spec)) context.storage.createIndex(collection, spec);
  }
  return { numIndexesBefore, numIndexesAfter: collection.indexes.length, createdCollectionAutomatically: isNew };
}

function keyShown(spec: Fields): string {
  return directionsOf(fieldsIn(spec['key'], 'key'), 'an index').join();
}

/** Whether the very index exists; one that shares its name, or key and uniqueness, but not all else, is a conflict. */
function isPresent(indexes: Index[], requested: Fields): boolean {
  if (keyShown(requested) === '_id,1') return true;
  const namesake = indexes.find(({ name }) => name === requested['name']);
  if (namesake !== undefined && keyOf(namesake.spec) === keyOf(requested)) return true;
  const alike = indexes.find(
    ({ spec }) => keyShown(spec) === keyShown(requested) && spec['unique'] === requested['unique'],
  );
  if (namesake === undefined && alike === undefined) return false;
  const conflict = namesake === undefined || namesake === alike ? 'IndexOptionsConflict' : 'IndexKeySpecsConflict';
  throw new CommandError(conflict, `'${String(requested['name'])}' exists with another name, key or other options`);
}

function listIndexes(context: CommandContext): Fields {
  const { db, name, indexes } = existing(context, 'listIndexes');
  return wholeCursor(
    `${db}.${name}`,
    indexes.map((index) => index.spec),
  );
}

function dropIndexes(context: CommandContext): Fields {
  const collection = existing(context, 'dropIndexes');
  const name = textIn(context.command['index'], 'index');
  const dropped = collection.indexes.filter((index) => index.name !== '_id_' && (name === '*' || index.name === name));
  if (name === '_id_') throw new CommandError('InvalidOptions', 'cannot drop _id index');
  if (dropped.length === 0 && name !== '*') {
    throw new CommandError('IndexNotFound', `index not found with name [${name}]`);
  }
  for (const index of dropped) context.storage.dropIndex(index);
  return { nIndexesWas: collection.indexes.length };
}

export const CATALOG_COMMANDS: Record<string, Command> = {
  create: { fields: VALIDATION, run: create },
  collMod: { fields: VALIDATION, run: collMod },
  listCollections: { fields: ['filter', 'nameOnly', 'authorizedCollections', 'cursor'], run: listCollections },
  drop: { fields: [], run: drop },
  dropDatabase: { fields: [], run: dropDatabase },
  createIndexes: { fields: ['indexes'], run: createIndexes },
  listIndexes: { fields: ['cursor'], run: listIndexes },
  dropIndexes: { fields: ['index'], run: dropIndexes },
};
