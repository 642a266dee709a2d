import { guardFormula } from '../import/formula.ts';
import type { Column } from '../import/columns.ts';

/** Cells of a record; those that are missing are blank. */
export type Cells = { [Name in ExportColumn]?: string | null };

/** What Shopify wants to read, and what has no meaning here. */
type ForShopify =
  | 'Variant Inventory Tracker'
  | 'Variant Fulfillment Service'
  | 'Variant Requires Shipping'
  | 'Variant Taxable'
  | 'Variant Weight Unit'
  | 'Gift Card';
type ExportColumn = Column | ForShopify;

/** Shopify's columns in Shopify's order, then ours. */
const exportColumns = [
  'Handle',
  'Title',
  'Body (HTML)',
  'Vendor',
  'Type',
  'Tags',
  'Published',
  'Option1 Name',
  'Option1 Value',
  'Option2 Name',
  'Option2 Value',
  'Option3 Name',
  'Option3 Value',
  'Variant SKU',
  'Variant Grams',
  'Variant Inventory Tracker',
  'Variant Inventory Qty',
  'Variant Inventory Policy',
  'Variant Fulfillment Service',
  'Variant Price',
  'Variant Compare At Price',
  'Variant Requires Shipping',
  'Variant Taxable',
  'Variant Barcode',
  'Image Src',
  'Image Position',
  'Image Alt Text',
  'Gift Card',
  'SEO Title',
  'SEO Description',
  'Variant Image',
  'Variant Weight Unit',
  'Cost per item',
  'Status',
  'Short Description',
  'Featured',
  'Category Path',
  'Image Primary',
  'Variant Length',
  'Variant Width',
  'Variant Height',
  'Variant Low Stock Threshold',
  'Variant Overrides',
] as const satisfies ExportColumn[];

/** RFC 4180. */
const lineEnd = '\r\n';

export const headerLine = `${exportColumns.join(',')}${lineEnd}`;

/** A record of the file. No cell of it is a formula to a spreadsheet. */
export function lineOf(cells: Cells): string {
  return `${exportColumns.map((column) => quoted(guardFormula(cells[column] ?? ''))).join(',')}${lineEnd}`;
}

function quoted(cell: string): string {
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
