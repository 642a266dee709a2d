import { Int32 } from 'bson';
import { fieldsIn, flagIn, integerIn, refuseOthers, textIn } from './arguments.ts';
import { CommandError } from './errors.ts';
import { pinnedFields } from './filter.ts';
import { directionsOf } from './shape.ts';
import { type Fields, isFields, keyOf, LOWEST_DATE_KEY, valuesAt } from './values.ts';

export interface Index {
  id: number;
  name: string;
  spec: Fields;
  paths: string[];
  unique: boolean;
  /** Seconds after the indexed date at which a document expires; null when the index is not a TTL index. */
  expireAfterSeconds: number | null;
}

/** An index from its stored specification, one that `indexSpec` has accepted. */
export function indexFrom(id: number, spec: Fields): Index {
  const name = textIn(spec['name'], 'name');
  const seconds = spec['expireAfterSeconds'];
  return {
    id,
    name,
    spec,
    paths: Object.keys(fieldsIn(spec['key'], 'key')),
    unique: name === '_id_' || flagIn(spec['unique'], 'unique', false),
    expireAfterSeconds: seconds === undefined ? null : integerIn(seconds, 'expireAfterSeconds'),
  };
}

/** Checks one of the `indexes` of createIndexes; what it does not support it refuses. */
export function indexSpec(requested: Fields): Fields {
  refuseOthers(requested, ['v', 'key', 'name', 'unique', 'expireAfterSeconds', 'background'], 'an index');
  const key = fieldsIn(requested['key'], 'key');
  const paths = directionsOf(key, 'an index').map(([path]) => path);
  const { unique, expireAfterSeconds } = requested;
  if (paths.length === 0 || (expireAfterSeconds !== undefined && (paths.length > 1 || paths[0] === '_id'))) {
    throw new CommandError(
      'CannotCreateIndex',
      'a TTL index has exactly one field other than _id, others at least one',
    );
  }
  integerIn(expireAfterSeconds, 'expireAfterSeconds');
  const spec: Fields = { v: new Int32(2), key, name: textIn(requested['name'], 'name') };
  if (flagIn(unique, 'unique', false)) spec['unique'] = true;
  if (expireAfterSeconds !== undefined) spec['expireAfterSeconds'] = expireAfterSeconds;
  return spec;
}

/** Every key under which an index files a document, each once. */
export function indexKeys(index: Index, document: Fields): Set<string> {
  const values = index.paths.map((path) => valuesAt(document, path.split('.')));
  if (values.filter((found) => found.length > 1).length > 1) {
    throw new CommandError('CannotIndexParallelArrays', `index ${index.name} has more than one array to file`);
  }
  return new Set(combinedKeys(values));
}

function combinedKeys(values: unknown[][]): string[] {
  const combinations = values.reduce<string[][]>(
    (heads, found) => heads.flatMap((head) => found.map((value) => [...head, keyOf(value)])),
    [[]],
  );
  return combinations.map((parts) => (parts.length === 1 ? (parts[0] ?? '') : JSON.stringify(parts)));
}

/** Whether an index files equal values under equal keys and nothing else matches them, as null matches what is missing. */
function isExact(value: unknown): boolean {
  return value !== null && !isFields(value) && !Array.isArray(value);
}

/** An index that finds all documents a filter can match, and their keys in it; null when none does. */
export function lookupFor(indexes: readonly Index[], filter: Fields): { index: Index; keys: string[] } | null {
  const pinned = pinnedFields(filter, true);
  for (const index of indexes) {
    const values = index.paths.map((path) => pinned.get(path) ?? []);
    if (values.every((listed) => listed.length > 0 && listed.every(isExact)))
      return { index, keys: combinedKeys(values) };
  }
  return null;
}

/** The keys of dates that lie at least `seconds` before now. */
export function expiredKeys(seconds: number, now: number): { lowest: string; highest: string } {
  return { lowest: LOWEST_DATE_KEY, highest: keyOf(new Date(now - seconds * 1000)) };
}

/** The refusal of a document whose key another one has in a unique index. */
export function refusal(index: Index, document: Fields, namespace: string): CommandError {
  const keyValue = Object.fromEntries(
    index.paths.map((path) => [path, valuesAt(document, path.split('.'))[0] ?? null]),
  );
  const shown = index.paths.map((path) => `${path}: ${JSON.stringify(keyValue[path])}`).join(', ');
  return new CommandError(
    'DuplicateKey',
    `E11000 duplicate key error collection: ${namespace} index: ${index.name} dup key: { ${shown} }`,
    { keyPattern: index.spec['key'], keyValue },
  );
}
