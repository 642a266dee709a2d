import type { SeedCategory } from './categories.ts';
import type { Columns } from './copy.ts';
import type { SeedProduct } from './products.ts';

/** What each table gets of a record. */
export const categoryColumns: Columns<SeedCategory> = {
  id: ({ id }) => id,
  name: ({ name }) => name,
  slug: ({ slug }) => slug,
  parent_id: ({ parent_id }) => parent_id,
  display_order: ({ display_order }) => display_order,
};

export const productColumns: Columns<SeedProduct> = {
  id: ({ id }) => id,
  category_id: ({ category_id }) => category_id,
  name: ({ name }) => name,
  slug: ({ slug }) => slug,
  description: ({ description }) => description,
  short_description: ({ short_description }) => short_description,
  price: ({ price }) => price,
  compare_at_price: ({ compare_at_price }) => compare_at_price,
  cost_price: ({ cost_price }) => cost_price,
  sku: ({ sku }) => sku,
  barcode: ({ barcode }) => barcode,
  is_active: ({ is_active }) => is_active,
  is_featured: ({ is_featured }) => is_featured,
  weight: ({ weight }) => weight,
  dimensions: ({ dimensions }) => dimensions,
  vendor: ({ vendor }) => vendor,
  tags: ({ tags }) => `{${tags.join(',')}}`,
  variant_group_id: ({ variant_group_id }) => variant_group_id,
  options: ({ options }) => options,
  is_group_primary: ({ is_group_primary }) => is_group_primary,
  rating_sum: ({ rating_sum }) => rating_sum,
  rating_count: ({ rating_count }) => rating_count,
  sample_key: ({ sample_key }) => sample_key,
  created_at: instant,
  updated_at: instant,
};

/** Of those that are on the shelf. */
export const movementColumns: Columns<SeedProduct> = {
  id: ({ movement_id }) => movement_id,
  product_id: ({ id }) => id,
  kind: () => 'import',
  delta: ({ quantity }) => quantity,
  quantity_after: ({ quantity }) => quantity,
  created_at: instant,
};

/** The tables that have one row a product. */
export const companions: Record<string, Columns<SeedProduct>> = {
  product_inventory: {
    id: ({ inventory_id }) => inventory_id,
    product_id: ({ id }) => id,
    quantity: ({ quantity }) => quantity,
    allow_backorder: ({ allow_backorder }) => allow_backorder,
    updated_at: instant,
  },
  product_images: {
    id: ({ image_id }) => image_id,
    product_id: ({ id }) => id,
    image_url: ({ slug }) => `https://images.example.com/products/${slug}.jpg`,
    alt_text: ({ name }) => name,
    is_primary: () => true,
    created_at: instant,
  },
};

function instant({ created_at }: SeedProduct): string {
  return new Date(created_at).toISOString();
}
