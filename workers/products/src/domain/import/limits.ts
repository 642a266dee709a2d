/** Characters that a value may have at most. Seed: the column lengths; descriptions are ours, as TEXT has no limit. */
export const lengths = {
  slug: 255,
  sku: 100,
  barcode: 100,
  name: 255,
  description: 500_000,
  short_description: 500,
  category: 100,
  vendor: 255,
  tag: 255,
  meta_title: 255,
  option: 255,
  alt_text: 255,
};
