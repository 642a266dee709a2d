import type { z } from 'zod';

import { HttpUrl } from '#shared/http/values.ts';
import { divideHalfUp, fromCents, MAX_CENTS, toCents } from '#shared/money/money.ts';

import { largestQuantity } from '../inventory.ts';
import type { Column } from './columns.ts';
import type { CsvRow } from './file.ts';

/** Why a row was not imported. `row` is the line its record begins on; `column` is null when it is the row as a whole. */
export interface RowError {
  row: number;
  column: Column | null;
  code: string;
  message: string;
}

/** What a cell says: a value, `null` for a blank cell, `undefined` where the file has no such column. */
export type Cell<Value> = Value | null | undefined;

/** Reads the cells of one row and notes what is wrong with them; a cell that is wrong reads as blank. */
export type RowReader = ReturnType<typeof rowReader>;

export function rowReader({ row, cells, overflows }: CsvRow, columns: ReadonlySet<Column>) {
  const errors: RowError[] = [];
  const refuse = (column: Column | null, code: string, message: string): null => {
    errors.push({ row, column, code, message });
    return null;
  };
  const raw = (column: Column): Cell<string> => (columns.has(column) ? (cells[column] ?? null) : undefined);
  const read = <Value>(column: Column, interpret: (cell: string) => Value | null): Cell<Value> => {
    const cell = raw(column);
    return typeof cell === 'string' ? interpret(cell.trim()) : cell;
  };
  if (overflows) refuse(null, 'too_many_cells', 'The row has more cells than the header has columns.');
  for (const column of columns) {
    if (cells[column]?.includes('\0')) refuse(column, 'invalid_characters', 'The character NUL is not allowed.');
  }
  return {
    row,
    errors,
    refuse,
    has: (column: Column) => cells[column] !== undefined,
    /** Exactly as it stands, blanks around it included; at most `max` characters. */
    raw: (column: Column, max: number): Cell<string> => {
      const cell = raw(column);
      return cell && cell.length > max ? refuse(column, 'too_long', `Use at most ${max} characters.`) : cell;
    },
    /** Without blanks around it; at most `max` characters. */
    text: (column: Column, max: number) =>
      read(column, (cell) => (cell.length > max ? refuse(column, 'too_long', `Use at most ${max} characters.`) : cell)),
    amount: (column: Column) => read(column, (cell) => amountOf(cell) ?? refuse(column, 'invalid_amount', amountHint)),
    /** A whole number of at least zero. */
    count: (column: Column) => read(column, (cell) => countOf(cell) ?? refuse(column, 'invalid_number', countHint)),
    centimetres: (column: Column) =>
      read(column, (cell) => (isMeasure(cell) ? Number(cell) : refuse(column, 'invalid_number', measureHint))),
    kilograms: (column: Column) =>
      read(column, (cell) => kilogramsOf(cell) ?? refuse(column, 'invalid_number', 'Write grams, such as 250.')),
    flag: (column: Column) =>
      read(column, (cell) => {
        const word = cell.toLowerCase();
        return word === 'true' || word === 'false'
          ? word === 'true'
          : refuse(column, 'invalid_value', 'Write true or false.');
      }),
    oneOf: <const Word extends string>(column: Column, words: readonly Word[]) =>
      read(
        column,
        (cell) =>
          words.find((word) => word === cell.toLowerCase()) ??
          refuse(column, 'invalid_value', `Write one of ${words.join(', ')}.`),
      ),
    /** JSON of this shape. */
    json: <Value>(column: Column, schema: z.ZodType<Value>, hint: string) =>
      read(column, (cell) => {
        const value = schema.safeParse(parsed(cell));
        return value.success ? value.data : refuse(column, 'invalid_value', hint);
      }),
    url: (column: Column) =>
      read(column, (cell) => (HttpUrl.safeParse(cell).success ? cell : refuse(column, 'invalid_url', urlHint))),
  };
}

const amountHint = 'Write an amount such as 19.99, at most 99999999.99.';
const countHint = `Write a whole number from 0 to ${largestQuantity}.`;
const measureHint = 'Write centimetres, such as 12.5.';
const urlHint = 'Write an http or https URL of at most 500 characters.';

function countOf(cell: string): number | null {
  return /^\d{1,10}$/.test(cell) && Number(cell) <= largestQuantity ? Number(cell) : null;
}

function amountOf(cell: string): string | null {
  return /^\d{1,8}(\.\d{1,2})?$/.test(cell) ? fromCents(toCents(cell)) : null;
}

/** Whether the cell is a length in centimetres. */
export function isMeasure(cell: string): boolean {
  return /^\d{1,9}(\.\d{1,6})?$/.test(cell);
}

/** Grams as kilograms with two decimals, halves up; null if it is no number, or more than numeric(10,2) holds. */
function kilogramsOf(grams: string): string | null {
  const [, whole, decimals = ''] = /^(\d{1,11})(?:\.(\d{1,6}))?$/.exec(grams) ?? [];
  if (whole === undefined) return null;
  const hundredths = divideHalfUp(BigInt(whole + decimals), 10n ** BigInt(decimals.length + 1));
  return hundredths > MAX_CENTS ? null : fromCents(hundredths);
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
