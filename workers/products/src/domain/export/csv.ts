import { csvLine } from '#shared/csv/cells.ts';

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

export const headerLine = csvLine(exportColumns);

/** A record of the file. */
export function lineOf(cells: Cells): string {
  return csvLine(exportColumns.map((column) => cells[column] ?? null));
}
