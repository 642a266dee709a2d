import { sql } from 'drizzle-orm';
import { z } from 'zod';

import { instantText } from './columns.ts';

const StockRow = z.object({
  quantity: z.number(),
  reserved_quantity: z.number(),
  low_stock_threshold: z.number(),
  allow_backorder: z.boolean(),
});

/** What every public read of a product selects. Money, weight and rating are decimal strings. */
export const ProductRow = z.object({
  id: z.string(),
  category_id: z.string(),
  category: z.object({ id: z.string(), name: z.string(), slug: z.string() }),
  name: z.string(),
  slug: z.string(),
  short_description: z.string().nullable(),
  price: z.string(),
  compare_at_price: z.string().nullable(),
  sku: z.string(),
  barcode: z.string().nullable(),
  is_featured: z.boolean(),
  weight: z.string().nullable(),
  dimensions: z.object({ length: z.number(), width: z.number(), height: z.number() }).nullable(),
  images: z.array(
    z.object({
      id: z.string(),
      image_url: z.string(),
      alt_text: z.string().nullable(),
      display_order: z.number(),
      is_primary: z.boolean(),
    }),
  ),
  stock: StockRow,
  rating: z.string(),
  rating_count: z.number(),
  options: z.record(z.string(), z.string()).nullable(),
  created_at: z.string(),
  updated_at: z.string(),
  version: z.number(),
});
export type ProductRow = z.infer<typeof ProductRow>;

/** As lists select it, with the key that a cursor carries. */
export const ListedProductRow = ProductRow.extend({ sort_key: z.string() });
export type ListedProductRow = z.infer<typeof ListedProductRow>;

export const ProductDetailRow = ProductRow.extend({
  description: z.string(),
  meta_title: z.string().nullable(),
  meta_description: z.string().nullable(),
  variants: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      slug: z.string(),
      sku: z.string(),
      barcode: z.string().nullable(),
      price: z.string(),
      compare_at_price: z.string().nullable(),
      weight: z.string().nullable(),
      options: z.record(z.string(), z.string()).nullable(),
      image_url: z.string().nullable(),
      stock: StockRow,
    }),
  ),
});
export type ProductDetailRow = z.infer<typeof ProductDetailRow>;

/** The stock of `product_inventory stock` as JSON. */
export const stockJson = sql`json_build_object(
  'quantity', stock.quantity, 'reserved_quantity', stock.reserved_quantity,
  'low_stock_threshold', stock.low_stock_threshold, 'allow_backorder', stock.allow_backorder)`;

/** The images of `image` as JSON, in order. */
export const imagesJson = sql`coalesce(json_agg(json_build_object(
  'id', image.id, 'image_url', image.image_url, 'alt_text', image.alt_text,
  'display_order', image.display_order, 'is_primary', image.is_primary)
  ORDER BY image.display_order, image.id), '[]'::json)`;

/** The columns of `ProductRow`, from `product`, `category`, `stock` and `pictures`. */
export const productColumns = sql`
  product.id, product.category_id,
  json_build_object('id', category.id, 'name', category.name, 'slug', category.slug) AS category,
  product.name, product.slug, product.short_description, product.price::text, product.compare_at_price::text,
  product.sku, product.barcode, product.is_featured, product.weight::text, product.dimensions, pictures.images,
  ${stockJson} AS stock, product.rating::text, product.rating_count, product.options,
  ${instantText(sql`product.created_at`)} AS created_at, ${instantText(sql`product.updated_at`)} AS updated_at,
  product.version`;
