import { ObjectId } from 'bson';
import { Query } from 'mingo';
import { fieldsIn, integerIn, listIn } from './arguments.ts';
import { CommandError } from './errors.ts';
import { bsonType, type Fields, isFields, isNumber, keyOf } from './values.ts';

const COMPARISONS = ['$eq', '$ne', '$gt', '$gte', '$lt', '$lte'];

/** What mingo compares in place of values that JavaScript does not compare; one class a type, as it asks for. */
class Comparable {
  readonly #key: string;

  constructor(key: string) {
    this.#key = key;
  }

  toString(): string {
    return this.#key;
  }
}
class ComparableNumber extends Comparable {}
class ComparableObjectId extends Comparable {}

function comparable(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(comparable);
  if (isFields(value)) return comparableFields(value);
  if (isNumber(value)) return new ComparableNumber(keyOf(value));
  if (value instanceof ObjectId) return new ComparableObjectId(keyOf(value));
  return bsonType(value) === 'binData' ? new Comparable(keyOf(value)) : value;
}

function comparableFields(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, comparable(value)]));
}

export type Matcher = (document: Fields) => boolean;

/** Compiles a filter; operators that are not supported are refused before anything is read or written. */
export function matcherOf(filter: Fields): Matcher {
  const query = new Query(criteriaOf(filter), {});
  return (document) => query.test(comparableFields(document));
}

function criteriaOf(filter: Fields): Fields {
  const entries = Object.entries(filter).map(([name, condition]): [string, unknown] => {
    if (!name.startsWith('$')) return [name, conditionOf(condition)];
    if (['$and', '$or', '$nor'].includes(name)) return [name, listIn(condition, name).map(criteriaOf)];
    throw new CommandError('BadValue', `unknown top level operator: ${name}`);
  });
  return Object.fromEntries(entries);
}

/** Whether a condition is made of operators; one that only begins so is refused. */
export function hasOperators(condition: unknown): condition is Fields {
  if (!isFields(condition)) return false;
  const names = Object.keys(condition);
  const operators = names.filter((name) => name.startsWith('$'));
  if (operators.length === 0) return false;
  if (operators.length === names.length) return true;
  throw new CommandError('BadValue', 'a condition mixes operators and fields');
}

function conditionOf(condition: unknown): Fields {
  if (!hasOperators(condition)) return { $eq: operand(condition) };
  return Object.fromEntries(Object.entries(condition).map(([name, value]) => [name, operatorValue(name, value)]));
}

function operatorValue(name: string, value: unknown): unknown {
  if (COMPARISONS.includes(name)) return operand(value);
  if ((name === '$in' || name === '$nin') && Array.isArray(value)) return value.map(operand);
  if (name === '$exists' && typeof value === 'boolean') return value;
  if (name === '$size') return integerIn(value, name);
  if (name === '$not' && hasOperators(value)) return conditionOf(value);
  if (name === '$elemMatch') return hasOperators(value) ? conditionOf(value) : criteriaOf(fieldsIn(value, name));
  throw new CommandError('BadValue', `unknown operator or operand: ${name}`);
}

/** Whole subdocuments are refused: mingo would ignore the order of their fields, other servers do not. */
function operand(value: unknown): unknown {
  const values: unknown[] = Array.isArray(value) ? value : [value];
  if (values.some((part) => isFields(part) || Array.isArray(part))) {
    throw new CommandError('BadValue', 'comparing with whole subdocuments is not supported');
  }
  return comparable(value);
}

/** The fields a filter pins: to one value, or with `listed` also to one of those of an `$in`. */
export function pinnedFields(filter: Fields, listed: boolean): Map<string, unknown[]> {
  const pinned = new Map<string, unknown[]>();
  for (const [name, condition] of Object.entries(filter)) {
    if (name === '$and') {
      for (const part of listIn(condition, name)) {
        for (const [path, values] of pinnedFields(part, listed)) pinned.set(path, values);
      }
    } else if (!hasOperators(condition)) {
      if (!name.startsWith('$')) pinned.set(name, [condition]);
    } else if (Object.hasOwn(condition, '$eq')) {
      pinned.set(name, [condition['$eq']]);
    } else if (listed && Array.isArray(condition['$in'])) {
      pinned.set(name, condition['$in']);
    }
  }
  return pinned;
}
