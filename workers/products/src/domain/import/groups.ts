import { slugOf } from '../slug.ts';
import { type RowError, type RowReader, rowReader } from './cells.ts';
import { claimIdentifiers } from './claims.ts';
import { type GroupImage, readImages } from './images.ts';
import { type GroupFields, readFields } from './fields.ts';
import type { CsvTable } from './table.ts';
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

/** What a file says, and the rows that cannot be imported. The other rows of their handles can. */
export interface Interpretation {
  groups: ImportGroup[];
  errors: RowError[];
}

/** Interprets Shopify's product CSV. Rows of one handle belong together wherever they stand in the file. */
export function interpret({ columns, rows }: CsvTable): Interpretation {
  const readers = rows.map((row) => rowReader(row, columns));
  const byHandle = Map.groupBy(readers, handleOf);
  const groups = [...byHandle].flatMap(([handle, ofHandle]) =>
    handle === '' ? [] : (groupOf(handle, ofHandle) ?? []),
  );
  const errors = readers.flatMap((reader) => reader.errors);
  errors.push(...claimIdentifiers(groups));
  return {
    groups: groups.filter(({ variants }) => variants.length > 0),
    errors: errors.sort((a, b) => a.row - b.row),
  };
}

function handleOf(reader: RowReader): string {
  const handle = reader.text('Handle', 255);
  if (handle === null && !reader.has('Handle')) reader.refuse('Handle', 'required', 'Every row needs a handle.');
  if (typeof handle !== 'string') return '';
  const slug = slugOf(handle);
  if (slug === '') reader.refuse('Handle', 'invalid_handle', 'Use letters or digits in the handle.');
  if (slug.length > 255) reader.refuse('Handle', 'too_long', 'Use at most 255 characters.');
  return reader.errors.some(({ column }) => column === 'Handle') ? '' : slug;
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
  if (main.errors.length > 0) return null;
  const images = readImages(readers);
  return { handle, fields, images, variants: readVariants(handle, optionNames, readers) };
}
