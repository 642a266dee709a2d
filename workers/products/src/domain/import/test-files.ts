/** What tests of the import make files of. */
import { newClaims } from './claims.ts';
import { interpret, openImport } from './groups.ts';

export const header =
  'Handle,Title,Body (HTML),Vendor,Type,Tags,Published,Option1 Name,Option1 Value,Option2 Name,Option2 Value,Variant SKU,' +
  'Variant Grams,Variant Inventory Qty,Variant Inventory Policy,Variant Price,Variant Compare At Price,Variant Barcode,' +
  'Image Src,Image Position,Image Alt Text,SEO Title,SEO Description,Cost per item,Short Description,Featured,' +
  'Category Path,Image Primary,Variant Length,Variant Width,Variant Height,Variant Low Stock Threshold,Variant Overrides';

const names = header.split(',');

/** A record with these cells, quoted where needed; all others are blank. */
export function record(cells: Record<string, string>): string {
  return names.map((name) => `"${(cells[name] ?? '').replaceAll('"', '""')}"`).join(',');
}

export function open(text: string) {
  return openImport(Buffer.from(text));
}

export function read(text: string) {
  const file = open(text);
  const { groups, errors } = interpret(file, [...file.records.keys()], newClaims(file.records));
  return { groups, errors: [...file.errors, ...errors].sort((a, b) => a.row - b.row) };
}

export function readRecords(...records: Record<string, string>[]) {
  return read([header, ...records.map(record)].join('\n'));
}

const plain = { Handle: 'lamp', Title: 'Lamp', 'Option1 Name': 'Title', 'Option1 Value': 'Default Title' };
export const lamp = { ...plain, 'Variant Price': '59.9' };

/** Where each error is and what it is. */
export function problems({ errors }: ReturnType<typeof read>) {
  return errors.map(({ row, column, code }) => [row, column, code]);
}
