import { Int32 } from 'bson';
import { fieldsIn, integerIn, refuseOthers } from './arguments.ts';
import { CommandError } from './errors.ts';
import { hasOperators, matcherOf } from './filter.ts';
import { bsonType, type Fields, fieldOf, isFields, isNumber, keyOf, sumOf } from './values.ts';

/** Turns a document into its new version; the old one is left as it is. */
export type Change = (document: Fields, inserting: boolean) => Fields;
/** What an operator makes of the value at its path; undefined stands for a missing field. */
type Operator = (current: unknown, path: string) => unknown;

/** Compiles the `u` of an update statement: a document of operators, or a full replacement, which keeps the `_id`. */
export function changeOf(update: unknown): Change {
  if (Array.isArray(update)) throw new CommandError('FailedToParse', 'pipeline updates are not supported');
  const fields = fieldsIn(update, 'update');
  if (!isOperatorUpdate(fields)) return (document) => replaced(document, fields);
  const steps = Object.entries(fields).flatMap(([name, paths]) =>
    Object.entries(fieldsIn(paths, name)).map(([path, operand]) => ({
      path,
      names: namesIn(path),
      onlyInserting: name === '$setOnInsert',
      creates: name !== '$unset' && name !== '$pull',
      operator: operatorOf(name, operand),
    })),
  );
  refuseConflicts(steps.map((step) => step.path));
  return (document, inserting) => {
    const copy = cloned(document);
    for (const step of steps) {
      if (inserting || !step.onlyInserting) applyAt(copy, step.names, step.path, step.operator, step.creates);
    }
    if (!inserting) refuseOtherId(document, copy);
    return copy;
  };
}

/** Whether an update is made of operators; a replacement must not name any. */
export function isOperatorUpdate(update: unknown): boolean {
  const names = Object.keys(fieldsIn(update, 'update'));
  const operators = names.filter((name) => name.startsWith('$'));
  if (operators.length === 0) return false;
  if (operators.length === names.length) return true;
  throw new CommandError('FailedToParse', 'an update mixes operators and fields');
}

function replaced(document: Fields, replacement: Fields): Fields {
  if (!Object.hasOwn(document, '_id')) return replacement;
  const next = { _id: document['_id'], ...replacement };
  refuseOtherId(document, next);
  return next;
}

function refuseOtherId(before: Fields, after: Fields): void {
  if (keyOf(fieldOf(before, '_id')) !== keyOf(fieldOf(after, '_id'))) {
    throw new CommandError('ImmutableField', "the field '_id' cannot be changed");
  }
}

function namesIn(path: string): string[] {
  const names = path.split('.');
  if (names.every((name) => name !== '' && name !== '__proto__' && !name.startsWith('$'))) return names;
  throw new CommandError('BadValue', `an update does not support the path '${path}'`);
}

function refuseConflicts(paths: string[]): void {
  const sorted = paths.map((path) => `${path}.`).sort();
  const conflict = sorted.find((path, position) => position > 0 && path.startsWith(sorted[position - 1] ?? ''));
  if (conflict === undefined) return;
  throw new CommandError('ConflictingUpdateOperators', `Updating the path '${conflict.slice(0, -1)}' would conflict`);
}

function cloned(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, clonedValue(value)]));
}

function clonedValue(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(clonedValue);
  return isFields(value) ? cloned(value) : value;
}

function applyAt(document: Fields, names: string[], path: string, operator: Operator, creates: boolean): void {
  let holder: Fields | unknown[] = document;
  for (const [position, name] of names.entries()) {
    const isLast = position === names.length - 1;
    const current = valueIn(holder, name, path, creates);
    if (isLast && (creates || current !== undefined)) return putIn(holder, name, operator(current, path));
    if (isLast || (current === undefined && !creates)) return;
    const next: unknown = current ?? (current === undefined ? {} : null);
    if (!isFields(next) && !Array.isArray(next)) {
      if (!creates) return;
      throw new CommandError('PathNotViable', `Cannot create field '${names[position + 1]}' in element {${name}}`);
    }
    if (current === undefined) putIn(holder, name, next);
    holder = next;
  }
}

function valueIn(holder: Fields | unknown[], name: string, path: string, creates: boolean): unknown {
  if (!Array.isArray(holder)) return fieldOf(holder, name);
  if (/^\d+$/.test(name) && Number(name) <= holder.length) return holder[Number(name)];
  if (!creates) return undefined;
  throw new CommandError('PathNotViable', `Cannot create field '${name}' in an array, at '${path}'`);
}

function putIn(holder: Fields | unknown[], name: string, value: unknown): void {
  if (Array.isArray(holder)) holder[Number(name)] = value ?? null;
  else if (value === undefined) delete holder[name];
  else holder[name] = value;
}

function operatorOf(name: string, operand: unknown): Operator {
  switch (name) {
    case '$set':
    case '$setOnInsert':
      return () => clonedValue(operand);
    case '$unset':
      return () => undefined;
    case '$inc':
      return incrementBy(operand);
    case '$push':
      return pushOf(operand);
    case '$addToSet':
      return addToSetOf(operand);
    case '$pull':
      return pullOf(operand);
    default:
      throw new CommandError('FailedToParse', `Unknown modifier: ${name}`);
  }
}

function incrementBy(operand: unknown): Operator {
  if (!isNumber(operand)) throw new CommandError('TypeMismatch', 'Cannot increment with a non-numeric argument');
  return (current, path) => {
    const start = current === undefined ? new Int32(0) : current;
    if (isNumber(start)) return current === undefined ? operand : sumOf(start, operand);
    throw new CommandError('TypeMismatch', `Cannot apply $inc to the field '${path}' of type ${bsonType(start)}`);
  };
}

function arrayAt(current: unknown, path: string): unknown[] {
  if (current === undefined) return [];
  if (Array.isArray(current)) return current;
  throw new CommandError('BadValue', `The field '${path}' must be an array but is of type ${bsonType(current)}`);
}

function eachOf(operand: unknown, name: string, allowed: string[]): { values: unknown[]; modifiers: Fields } {
  if (!isFields(operand) || !Object.keys(operand).some((key) => key.startsWith('$'))) {
    return { values: [operand], modifiers: {} };
  }
  refuseOthers(operand, allowed, name);
  const values: unknown = operand['$each'];
  if (!Array.isArray(values)) throw new CommandError('BadValue', `${name} needs an array as $each`);
  return { values, modifiers: operand };
}

function pushOf(operand: unknown): Operator {
  const { values, modifiers } = eachOf(operand, '$push', ['$each', '$slice']);
  const slice = modifiers['$slice'];
  const kept = slice === undefined ? undefined : integerIn(slice, '$slice', 0, Number.MIN_SAFE_INTEGER);
  return (current, path) => {
    const pushed = [...arrayAt(current, path), ...values];
    if (kept === undefined) return pushed;
    return kept < 0 ? pushed.slice(kept) : pushed.slice(0, kept);
  };
}

function addToSetOf(operand: unknown): Operator {
  const { values } = eachOf(operand, '$addToSet', ['$each']);
  return (current, path) => {
    const present = [...arrayAt(current, path)];
    const keys = new Set(present.map(keyOf));
    for (const value of values) {
      if (!keys.has(keyOf(value))) present.push(value);
      keys.add(keyOf(value));
    }
    return present;
  };
}

function pullOf(condition: unknown): Operator {
  const matches = pullMatcher(condition);
  return (current, path) => arrayAt(current, path).filter((element) => !matches(element));
}

function pullMatcher(condition: unknown): (element: unknown) => boolean {
  if (hasOperators(condition)) {
    const matches = matcherOf({ element: condition });
    return (element) => matches({ element });
  }
  if (isFields(condition)) {
    const matches = matcherOf(condition);
    return (element) => isFields(element) && matches(element);
  }
  const key = keyOf(condition);
  return (element) => keyOf(element) === key;
}
