/** The columns of a product CSV that mean something here; others are ignored. */
const knownColumns = [
  // Shopify's.
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
  // Ours, for what Shopify has no column for.
  'Short Description',
  'Featured',
  'Category Path',
  'Variant Length',
  'Variant Width',
  'Variant Height',
  'Variant Low Stock Threshold',
  'Image Primary',
  'Variant Overrides',
] as const;

export type Column = (typeof knownColumns)[number];

/** The column of this name; null for one that means nothing here. */
export function columnOf(name: string): Column | null {
  return knownColumns.find((known) => known === name) ?? null;
}
