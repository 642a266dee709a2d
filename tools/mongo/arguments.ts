import { Decimal128 } from 'bson';
import { CommandError } from './errors.ts';
import { bsonType, type Fields, isFields, isNumber } from './values.ts';

/** Refuses every field that is not named, unless it is `false` and so asks for nothing. */
export function refuseOthers(fields: Fields, allowed: readonly string[], where: string): void {
  const other = Object.keys(fields).find((name) => !allowed.includes(name) && fields[name] !== false);
  if (other !== undefined) throw new CommandError('FailedToParse', `${where} does not support the field '${other}'`);
}

export function fieldsIn(value: unknown, name: string): Fields {
  return isFields(value) ? value : mismatch(name, 'an object', value);
}

export function listIn(value: unknown, name: string): Fields[] {
  if (!Array.isArray(value) || value.length === 0) return mismatch(name, 'a non-empty array of objects', value);
  return value.map((element) => fieldsIn(element, name));
}

export function textIn(value: unknown, name: string): string {
  return typeof value === 'string' && value !== '' ? value : mismatch(name, 'a non-empty string', value);
}

export function flagIn(value: unknown, name: string, otherwise: boolean): boolean {
  if (value === undefined) return otherwise;
  return typeof value === 'boolean' ? value : mismatch(name, 'a boolean', value);
}

/** A whole number from `minimum` up; `otherwise` when it is missing. */
export function integerIn(value: unknown, name: string, otherwise = 0, minimum = 0): number {
  if (value === undefined) return otherwise;
  const number = isNumber(value) && !(value instanceof Decimal128) ? Number(value.toString()) : Number.NaN;
  return Number.isSafeInteger(number) && number >= minimum ? number : mismatch(name, 'a whole number in range', value);
}

function mismatch(name: string, expected: string, value: unknown): never {
  throw new CommandError('TypeMismatch', `'${name}' must be ${expected}, not ${bsonType(value)}`);
}
