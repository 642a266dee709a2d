import { isUtf8 } from 'node:buffer';

import { CsvError, parse } from 'csv-parse/sync';

/** The columns of Shopify's product CSV that mean something here; others are ignored. */
const knownColumns = [
  'Handle',
  'Title',
  'Body (HTML)',
  'Vendor',
  'Type',
  'Tags',
  'Published',
  'Status',
  'Option1 Name',
  'Option1 Value',
  'Option2 Name',
  'Option2 Value',
  'Option3 Name',
  'Option3 Value',
  'Variant SKU',
  'Variant Grams',
  'Variant Inventory Qty',
  'Variant Inventory Policy',
  'Variant Price',
  'Variant Compare At Price',
  'Variant Barcode',
  'Image Src',
  'Image Position',
  'Image Alt Text',
  'SEO Title',
  'SEO Description',
  'Variant Image',
  'Cost per item',
] as const;

export type Column = (typeof knownColumns)[number];

/** A record of the file: the line it begins on (the header is on line 1) and its cells that are not blank. */
export interface CsvRow {
  row: number;
  cells: Partial<Record<Column, string>>;
  /** Whether there are cells beyond the last column. */
  overflows: boolean;
}

export interface CsvTable {
  columns: ReadonlySet<Column>;
  rows: CsvRow[];
}

/** The file as a whole cannot be read; the message says why. */
export class InvalidCsv extends Error {
  override readonly name = 'InvalidCsv';
}

/** Reads a product CSV (RFC 4180, any line ends, with or without BOM). Lines without any value are left out. */
export function readTable(file: Uint8Array): CsvTable {
  if (!isUtf8(file)) throw new InvalidCsv('Send the file in UTF-8.');
  const beginOf = lineCounter(file);
  const table: { header: (Column | null)[] | null; rows: CsvRow[] } = { header: null, rows: [] };
  readRecords(file, (record, end) => {
    const row = beginOf(end);
    if (table.header === null) table.header = headerOf(record);
    else if (record.some((cell) => cell.trim() !== '')) table.rows.push(rowOf(record, table.header, row));
  });
  if (table.header === null) throw new InvalidCsv('The file is empty.');
  return { columns: new Set(table.header.filter((name) => name !== null)), rows: table.rows };
}

/** Calls back with each record and the offset of its end; records are not collected, so that memory stays small. */
function readRecords(file: Uint8Array, receive: (record: string[], end: number) => void): void {
  try {
    parse(file, {
      bom: true,
      record_delimiter: ['\r\n', '\n', '\r'],
      relax_column_count: true,
      relax_quotes: true,
      skip_empty_lines: true,
      max_record_size: 0,
      on_record: (record, { bytes }) => {
        receive(record, bytes);
        return null;
      },
    });
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw new InvalidCsv(error.code === 'CSV_QUOTE_NOT_CLOSED' ? 'A quoted field is never closed.' : error.message);
  }
}

function headerOf(record: string[]): (Column | null)[] {
  const names = record.map((cell) => cell.trim());
  const missing = ['Handle', 'Title'].filter((name) => !names.includes(name));
  if (missing.length > 0) throw new InvalidCsv(`The column ${missing.join(' and the column ')} is missing.`);
  return names.map((name, i) =>
    names.indexOf(name) === i ? (knownColumns.find((known) => known === name) ?? null) : null,
  );
}

function rowOf(record: string[], header: (Column | null)[], row: number): CsvRow {
  const cells: CsvRow['cells'] = {};
  header.forEach((column, i) => {
    const cell = record[i];
    if (column !== null && cell !== undefined && cell.trim() !== '') cells[column] = cell;
  });
  return { row, cells, overflows: record.slice(header.length).some((cell) => cell.trim() !== '') };
}

const CARRIAGE_RETURN = 13;
const LINE_FEED = 10;

/**
 * Tells the line that each next record begins on, given where it ends; blank lines before it belong to nobody. The
 * parser's own figure is where a record ends, and wrong after CR LF in quotes.
 */
function lineCounter(file: Uint8Array): (end: number) => number {
  let offset = 0;
  let line = 1;
  return (end) => {
    let begin = line;
    for (let isBlank = true; offset < end; offset++) {
      const byte = file[offset];
      const endsLine = byte === LINE_FEED || (byte === CARRIAGE_RETURN && file[offset + 1] !== LINE_FEED);
      if (endsLine) line++;
      isBlank &&= endsLine || byte === CARRIAGE_RETURN;
      if (isBlank) begin = line;
    }
    return begin;
  };
}
