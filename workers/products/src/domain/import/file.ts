import { isUtf8 } from 'node:buffer';

import { CsvError, parse } from 'csv-parse/sync';

import { type Column, columnOf } from './columns.ts';
import { unguardFormula } from './formula.ts';
import { lineCounter } from './lines.ts';

/** A record of the file: the line it begins on (the header is on line 1) and its cells that are not blank. */
export interface CsvRow {
  row: number;
  cells: Partial<Record<Column, string>>;
  /** Whether there are cells beyond the last column. */
  overflows: boolean;
}

/** A file whose records are known by their place, and read only when they are needed. */
export interface CsvFile {
  bytes: Buffer;
  header: (Column | null)[];
  columns: ReadonlySet<Column>;
  /** Per record that is not blank: where its bytes begin and end, and the line that it begins on. */
  begins: number[];
  ends: number[];
  lines: number[];
}

/** The file as a whole cannot be read; the message says why. */
export class InvalidCsv extends Error {
  override readonly name = 'InvalidCsv';
}

/** In bytes; room for the longest description and all else. */
const maxRecordSize = 2_000_000;
/** The index of a file with more rows would not fit into a Worker's memory beside the file. */
const maxRows = 100_000;

const notUtf8 = 'Send the file in UTF-8.';

/**
 * Goes through a product CSV (RFC 4180, any line ends, with or without BOM) and calls back with each record and its
 * number. Lines without any value are left out.
 */
export function scanFile(file: Uint8Array, receive: (row: CsvRow, record: number) => void): CsvFile {
  if (!isUtf8(file)) throw new InvalidCsv(notUtf8);
  const bytes = withoutByteOrderMark(Buffer.from(file.buffer, file.byteOffset, file.byteLength));
  const beginOf = lineCounter(bytes);
  const scanned: CsvFile = { bytes, header: [], columns: new Set(), begins: [], ends: [], lines: [] };
  let last = 0;
  const take = (record: string[], end: number) => {
    const begin = last;
    const line = beginOf(end);
    last = end;
    if (begin === 0) {
      scanned.header = headerOf(record);
      scanned.columns = new Set(scanned.header.filter((name) => name !== null));
    } else if (record.some((cell) => cell.trim() !== '')) {
      if (scanned.lines.length === maxRows) throw new InvalidCsv(`The file has more than ${maxRows} rows: split it.`);
      const number = scanned.lines.push(line) - 1;
      scanned.begins.push(begin);
      scanned.ends.push(end);
      receive(rowOf(record, scanned.header, line), number);
    }
  };
  try {
    eachRecord(bytes, take);
  } catch (error) {
    if (error instanceof CsvError) throw new InvalidCsv(reasonOf(error, beginOf(bytes.length)));
    throw error;
  }
  if (last === 0) throw new InvalidCsv('The file is empty.');
  return scanned;
}

const byteOrderMark = Buffer.from('\uFEFF');

function withoutByteOrderMark(bytes: Buffer): Buffer {
  const { length } = byteOrderMark;
  return bytes.subarray(0, length).equals(byteOrderMark) ? bytes.subarray(length) : bytes;
}

/** The records of these numbers, in this order. */
export function readRecords({ bytes, begins, ends, lines, header }: CsvFile, records: readonly number[]): CsvRow[] {
  const parts = records.flatMap((record) => [bytes.subarray(begins[record], ends[record]), lineEnd]);
  const rows: CsvRow[] = [];
  eachRecord(Buffer.concat(parts), (record) => rows.push(rowOf(record, header, lines[records[rows.length] ?? 0] ?? 0)));
  return rows;
}

const lineEnd = Buffer.from('\n');

/** Calls back with each record and the offset behind it; records are not collected, so that memory stays small. */
function eachRecord(bytes: Buffer, receive: (record: string[], end: number) => void): void {
  parse(bytes, {
    record_delimiter: ['\r\n', '\n', '\r'],
    relax_column_count: true,
    skip_empty_lines: true,
    max_record_size: maxRecordSize,
    on_record: (record, { bytes: end }) => {
      receive(record, end);
      return null;
    },
  });
}

function reasonOf({ code }: CsvError, line: number): string {
  if (code === 'CSV_QUOTE_NOT_CLOSED') return `A quoted field is never closed: it is in the record on line ${line}.`;
  if (code === 'CSV_MAX_RECORD_SIZE') return `The record on line ${line} has more than ${maxRecordSize} bytes.`;
  return `The record on line ${line} has a quote in the wrong place: put cells with quotes in quotes, and double those inside.`;
}

function headerOf(record: string[]): (Column | null)[] {
  // UTF-16 without a BOM: every second byte is zero.
  if (record.some((cell) => cell.includes('\0'))) throw new InvalidCsv(notUtf8);
  const names = record.map((cell) => cell.trim());
  const missing = ['Handle', 'Title'].filter((name) => !names.includes(name));
  if (missing.length > 0) throw new InvalidCsv(`The column ${missing.join(' and the column ')} is missing.`);
  return names.map((name, i) => (names.indexOf(name) === i ? columnOf(name) : null));
}

function rowOf(record: string[], header: (Column | null)[], row: number): CsvRow {
  const cells: CsvRow['cells'] = {};
  header.forEach((column, i) => {
    const cell = unguardFormula(record[i] ?? '');
    if (column !== null && cell.trim() !== '') cells[column] = cell;
  });
  return { row, cells, overflows: record.slice(header.length).some((cell) => cell.trim() !== '') };
}
