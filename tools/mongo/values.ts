import { Binary, Decimal128, Double, Int32, Long, ObjectId, Timestamp } from 'bson';
import { CommandError } from './errors.ts';

/** A document whose numbers are still BSON objects (Int32, Long, Double, Decimal128), so that no type is lost. */
export interface Fields {
  [name: string]: unknown;
}

/** Options of bson's `deserialize` that keep every type as it came. */
export const EXACT_TYPES = { promoteValues: false, promoteLongs: false, promoteBuffers: false, bsonRegExp: true };

/** One letter a type; their order is the order in which the protocol sorts values of different types. */
const TYPE_RANK: Record<string, string> = {
  undefined: 'A',
  null: 'B',
  int: 'C',
  long: 'C',
  double: 'C',
  decimal: 'C',
  string: 'D',
  object: 'E',
  array: 'F',
  binData: 'G',
  objectId: 'H',
  bool: 'I',
  date: 'J',
};
/** Every date's key begins with this and is greater than it. */
export const LOWEST_DATE_KEY = 'J';

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

/** The value of an own field, undefined when it is missing. */
export function fieldOf(fields: Fields, name: string): unknown {
  return Object.hasOwn(fields, name) ? fields[name] : undefined;
}

/** The BSON type's name as `$jsonSchema` spells it; types that are not supported are refused. */
export function bsonType(value: unknown): string {
  if (value === null) return 'null';
  if (value === undefined || typeof value === 'string') return typeof value;
  if (typeof value === 'boolean') return 'bool';
  if (value instanceof Date) return 'date';
  if (Array.isArray(value)) return 'array';
  if (value instanceof Int32) return 'int';
  if (value instanceof Double) return 'double';
  if (value instanceof Decimal128) return 'decimal';
  if (value instanceof Long && !(value instanceof Timestamp)) return 'long';
  if (value instanceof ObjectId) return 'objectId';
  if (value instanceof Binary) return 'binData';
  if (isFields(value)) return 'object';
  throw new CommandError('BadValue', 'values of this BSON type are not supported');
}

/** A string that is equal for equal values (1 and 1.0 are) and sorts as the protocol sorts values. */
export function keyOf(value: unknown): string {
  const rank = TYPE_RANK[bsonType(value)] ?? '';
  if (typeof value === 'string') return rank + value;
  if (typeof value === 'boolean') return rank + Number(value);
  if (value instanceof Date) return rank + keyOfDecimal(BigInt(value.getTime()), 0);
  if (value instanceof ObjectId) return rank + value.toHexString();
  if (value instanceof Binary) return `${rank}${value.sub_type} ${value.toString('hex')}`;
  if (Array.isArray(value)) return rank + JSON.stringify(value.map(keyOf));
  if (isFields(value)) return rank + JSON.stringify(Object.entries(value).map(([name, inner]) => [name, keyOf(inner)]));
  return isNumber(value) ? rank + keyOfNumber(value) : rank;
}

type BsonNumber = Int32 | Double | Long | Decimal128;

export function isNumber(value: unknown): value is BsonNumber {
  return TYPE_RANK[bsonType(value)] === TYPE_RANK['int'];
}

/** The sum as `$inc` makes it: the wider type of the two; int overflows into long, long is refused. */
export function sumOf(a: BsonNumber, b: BsonNumber): BsonNumber {
  if (a instanceof Decimal128 || b instanceof Decimal128) return decimalSum(a, b);
  if (a instanceof Double || b instanceof Double) return new Double(Number(a.toString()) + Number(b.toString()));
  const sum = BigInt(a.toString()) + BigInt(b.toString());
  if (a instanceof Int32 && b instanceof Int32 && BigInt.asIntN(32, sum) === sum) return new Int32(Number(sum));
  if (BigInt.asIntN(64, sum) === sum) return Long.fromBigInt(sum);
  throw new CommandError('BadValue', 'the sum does not fit into 64 bits');
}

function decimalSum(a: BsonNumber, b: BsonNumber): Decimal128 {
  const [left, right] = [digitsOf(a), digitsOf(b)];
  if (typeof left === 'string' || typeof right === 'string' || a instanceof Double || b instanceof Double) {
    throw new CommandError('BadValue', 'decimals are only added to finite decimals and integers');
  }
  const exponent = Math.min(left.exponent, right.exponent);
  const sum = [left, right].reduce((total, part) => total + part.coefficient * tenTo(part.exponent - exponent), 0n);
  return Decimal128.fromString(`${sum}E${exponent}`);
}

const tenTo = (exponent: number) => 10n ** BigInt(exponent);

/** coefficient × 10^exponent, exactly; the name of a number that has no digits. */
function digitsOf(value: BsonNumber): { coefficient: bigint; exponent: number } | string {
  if (value instanceof Double) return digitsOfDouble(value.value);
  const [, whole, fraction = '', exponent = '0'] = /^(-?\d+)(?:\.(\d+))?(?:E([+-]?\d+))?$/.exec(value.toString()) ?? [];
  if (whole === undefined) return value.toString();
  return { coefficient: BigInt(whole + fraction), exponent: Number(exponent) - fraction.length };
}

function digitsOfDouble(value: number): { coefficient: bigint; exponent: number } | string {
  if (!Number.isFinite(value)) return String(value);
  let binary = value;
  let halvings = 0;
  for (; !Number.isInteger(binary); halvings++) binary *= 2;
  return { coefficient: BigInt(binary) * 5n ** BigInt(halvings), exponent: -halvings };
}

const KEYS_WITHOUT_DIGITS: Record<string, string> = { NaN: '.', '-Infinity': '/', Infinity: '3' };

function keyOfNumber(value: BsonNumber): string {
  const digits = digitsOf(value);
  if (typeof digits === 'string') return KEYS_WITHOUT_DIGITS[digits] ?? '';
  return keyOfDecimal(digits.coefficient, digits.exponent);
}

/** Sign, magnitude, digits; complemented for negative numbers, whose order is the other way round. */
function keyOfDecimal(coefficient: bigint, exponent: number): string {
  if (coefficient === 0n) return '1';
  const digits = String(coefficient).replace('-', '');
  const magnitude = String(digits.length + exponent + 20_000);
  const unsigned = magnitude + digits.replace(/0+$/, '');
  return coefficient > 0n ? `2${unsigned}` : `0${unsigned.replace(/\d/g, (digit) => String(9 - Number(digit)))}~`;
}

/** Every value at a path as an index sees it: arrays on the way are stepped into, what is missing counts as null. */
export function valuesAt(value: unknown, path: readonly string[]): unknown[] {
  const [name, ...rest] = path;
  if (name === undefined) {
    if (!Array.isArray(value)) return [value ?? null];
    return value.length === 0 ? [undefined] : value;
  }
  if (isFields(value)) return valuesAt(fieldOf(value, name), rest);
  if (!Array.isArray(value)) return [null];
  const inner = value.filter(isFields).flatMap((element) => valuesAt(element, path));
  return inner.length === 0 ? [null] : inner;
}
