import { isProductSlug } from '../product-slug.ts';
import { slugOf } from '../slug.ts';
import { type RowError, type RowReader, rowReader } from './cells.ts';
import type { Claims } from './claims.ts';
import { type CsvFile, type CsvRow, readRecords, scanFile } from './file.ts';
import { type GroupImage, readImages } from './images.ts';
import { type GroupFields, readFields } from './fields.ts';
import { lengths } from './limits.ts';
import { type GroupVariant, readOptionNames, readVariants } from './variants.ts';

/** All rows of one handle: what its products have in common, the images of its face, and its product rows. */
export interface ImportGroup {
  /** The slug of the group's face. */
  handle: string;
  fields: GroupFields;
  /** In order; undefined where the file has none, so that those there are stay. */
  images: GroupImage[] | undefined;
  variants: GroupVariant[];
}

/** A file of which it is known which records belong together. Rows of one handle do, wherever they stand. */
export interface ImportFile {
  file: CsvFile;
  /** The numbers of the records of each handle, in the order in which the handles appear. */
  records: Map<string, number[]>;
  /** Rows without a usable handle. */
  errors: RowError[];
}

/** What some handles of a file say, and the rows that cannot be imported. The other rows of their handles can. */
export interface Interpretation {
  groups: ImportGroup[];
  errors: RowError[];
}

/** Goes through Shopify's product CSV once. Throws `InvalidCsv` if it cannot be read as a whole. */
export function openImport(bytes: Uint8Array): ImportFile {
  const records = new Map<string, number[]>();
  const errors: RowError[] = [];
  const file = scanFile(bytes, (row, record) => {
    const { handle, reader } = handleOf(row);
    const known = records.get(handle);
    if (known && known.length >= maxRowsOfHandle) errors.push(tooManyRows(row.row));
    else if (known) known.push(record);
    else if (handle !== '') records.set(handle, [record]);
    errors.push(...(reader?.errors ?? []));
  });
  return { file, records, errors };
}

/** Variants and images: the rows of a handle are in memory together. */
const maxRowsOfHandle = 5_000;

function tooManyRows(row: number): RowError {
  const message = `A handle can have at most ${maxRowsOfHandle} rows.`;
  return { row, column: 'Handle', code: 'too_many_rows', message };
}

/** Interprets the rows of these handles. `claims` knows what the handles before them have claimed. */
export function interpret({ file, records }: ImportFile, handles: string[], claims: Claims): Interpretation {
  const numbers = handles.flatMap((handle) => records.get(handle) ?? []);
  const rows = readRecords(file, numbers);
  let next = 0;
  const errors: RowError[] = [];
  const groups = handles.flatMap((handle) => {
    const ofHandle = rows.slice(next, (next += records.get(handle)?.length ?? 0));
    const readers = ofHandle.map((row) => rowReader(row, file.columns));
    const group = groupOf(handle, readers);
    errors.push(...readers.flatMap((reader) => reader.errors));
    return group ?? [];
  });
  errors.push(...claims.claim(groups));
  return { groups: groups.filter(({ variants }) => variants.length > 0), errors };
}

const onlyHandle = new Set(['Handle'] as const);

/** The slug that a row's handle is or means; empty, with a reader that says why, if there is none. */
function handleOf(row: CsvRow): { handle: string; reader?: RowReader } {
  const cell = row.cells.Handle?.trim() ?? '';
  // Staff may have chosen one with accents, which none that is made of a name has.
  const handle = isProductSlug(cell) ? cell : slugOf(cell);
  if (handle !== '' && handle.length <= lengths.slug && !cell.includes('\0') && !isId(handle)) return { handle };
  const reader = rowReader(row, onlyHandle);
  if (reader.errors.some(({ column }) => column === 'Handle')) return { handle: '', reader };
  if (cell === '') reader.refuse('Handle', 'required', 'Every row needs a handle.');
  else if (handle === '') reader.refuse('Handle', 'invalid_handle', 'Use letters or digits in the handle.');
  else if (isId(handle)) reader.refuse('Handle', 'invalid_handle', 'Addresses would take this handle for an id.');
  else reader.refuse('Handle', 'too_long', `Use at most ${lengths.slug} characters.`);
  return { handle: '', reader };
}

function isId(handle: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(handle);
}

/** Null when the row with the title is not usable: nothing can be said about the others without it. */
function groupOf(handle: string, readers: RowReader[]): ImportGroup | null {
  const main = readers.find((reader) => reader.has('Title'));
  if (!main) {
    for (const reader of readers) reader.refuse('Title', 'required', 'The first row of a handle needs a title.');
    return null;
  }
  const fields = readFields(main);
  const optionNames = readOptionNames(main);
  if (main.errors.length > 0) {
    for (const reader of readers) {
      if (reader !== main)
        reader.refuse('Title', 'unusable_title', `The row with the title, on line ${main.row}, is wrong.`);
    }
    return null;
  }
  const images = readImages(readers);
  return { handle, fields, images, variants: readVariants(handle, optionNames, readers) };
}
