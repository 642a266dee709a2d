import { Int32 } from 'bson';
import { fieldsIn, flagIn, integerIn, listIn, refuseOthers } from './arguments.ts';
import { namespaceOf, wholeCursor } from './catalog.ts';
import type { Command, CommandContext } from './commands.ts';
import { CommandError } from './errors.ts';
import { matcherOf } from './filter.ts';
import { lookupFor } from './indexes.ts';
import { comparatorOf, projectionOf } from './shape.ts';
import type { Collection, Storage, StoredDocument } from './storage.ts';
import { type Fields, keyOf } from './values.ts';

interface Selection {
  filter: unknown;
  sort?: unknown;
  skip?: unknown;
  limit?: unknown;
}

/** The documents a query selects, from an index where one finds them; none where there is no collection. */
export function selected(storage: Storage, collection: Collection | undefined, selection: Selection): StoredDocument[] {
  const filter = fieldsIn(selection.filter ?? {}, 'filter');
  const matches = matcherOf(filter);
  const compare = comparatorOf(fieldsIn(selection.sort ?? {}, 'sort'));
  const skip = integerIn(selection.skip, 'skip');
  const end = skip + (integerIn(selection.limit, 'limit') || Number.POSITIVE_INFINITY);
  if (collection === undefined) return [];
  const plan = lookupFor(collection.indexes, filter);
  const candidates = plan === null ? storage.documents(collection) : storage.lookup(plan.index, plan.keys);
  const isSorted = Object.keys(fieldsIn(selection.sort ?? {}, 'sort')).length > 0;
  const found: StoredDocument[] = [];
  for (const candidate of candidates) {
    if (matches(candidate.document)) found.push(candidate);
    if (!isSorted && found.length >= end) break;
  }
  if (isSorted) found.sort((a, b) => compare(a.document, b.document));
  return found.slice(skip, end);
}

function find(context: CommandContext): Fields {
  const { command, db, storage } = context;
  const name = namespaceOf(context, 'find');
  const project = projectionOf(fieldsIn(command['projection'] ?? {}, 'projection'));
  flagIn(command['singleBatch'], 'singleBatch', false);
  integerIn(command['batchSize'], 'batchSize');
  const { filter, sort, skip, limit } = command;
  const found = selected(storage, storage.findCollection(db, name), { filter, sort, skip, limit });
  const documents = found.map(({ document }) => project(document));
  return wholeCursor(`${db}.${name}`, documents);
}

function count(context: CommandContext): Fields {
  const { query: filter, skip, limit } = context.command;
  return { n: countOf(context, namespaceOf(context, 'count'), { filter, skip, limit }) };
}

function countOf({ db, storage }: CommandContext, name: string, selection: Selection): number {
  return selected(storage, storage.findCollection(db, name), selection).length;
}

const COUNT_STAGE = keyOf({ _id: new Int32(1), n: { $sum: new Int32(1) } });

/** Only what drivers send for countDocuments: $match, then perhaps $skip and $limit, then a count as $group. */
function aggregate(context: CommandContext): Fields {
  const stages = listIn(context.command['pipeline'], 'pipeline');
  const names = stages.map((stage) => Object.keys(stage).join());
  const group = stages.at(-1)?.['$group'];
  if (!/^\$match(,\$skip)?(,\$limit)?,\$group$/.test(names.join()) || keyOf(group) !== COUNT_STAGE) {
    throw new CommandError('FailedToParse', 'aggregate supports only the pipeline of countDocuments');
  }
  refuseOthers(fieldsIn(context.command['cursor'], 'cursor'), ['batchSize'], 'cursor');
  const {
    $match: filter,
    $skip: skip,
    $limit: limit,
  } = Object.fromEntries(stages.flatMap((stage) => Object.entries(stage)));
  const name = namespaceOf(context, 'aggregate');
  const n = countOf(context, name, { filter, skip, limit });
  return wholeCursor(`${context.db}.${name}`, n === 0 ? [] : [{ _id: 1, n }]);
}

export const READ_COMMANDS: Record<string, Command> = {
  find: {
    fields: ['filter', 'sort', 'projection', 'skip', 'limit', 'batchSize', 'singleBatch', 'allowDiskUse'],
    run: find,
  },
  count: { fields: ['query', 'skip', 'limit'], run: count },
  aggregate: { fields: ['pipeline', 'cursor'], run: aggregate },
};
