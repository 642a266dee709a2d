import type { GroupImage } from './images.ts';

/** In centimetres. Seed: products.dimensions. */
export interface Dimensions {
  length: number;
  width: number;
  height: number;
}

/** What the import writes into a product's row, beside its description; a live product has the same. Money and weight are decimal strings. */
export interface ProductFields {
  category_id: string;
  name: string;
  short_description: string | null;
  price: string;
  compare_at_price: string | null;
  cost_price: string | null;
  sku: string;
  barcode: string | null;
  is_active: boolean;
  is_featured: boolean;
  weight: string | null;
  dimensions: Dimensions | null;
  meta_title: string | null;
  meta_description: string | null;
  vendor: string | null;
  tags: string[];
  variant_group_id: string | null;
  options: Record<string, string> | null;
}

/** A live product of one of the file's groups. `handle` is the slug of the group's face. */
export interface ExistingProduct extends ProductFields {
  id: string;
  handle: string;
  slug: string;
  is_group_primary: boolean;
  version: number;
  /** SHA-256, as hex: descriptions are long, and hardly ever change. */
  description_digest: string;
  images: GroupImage[];
  quantity: number;
  reserved_quantity: number;
  allow_backorder: boolean;
  low_stock_threshold: number;
}

export interface CategoryName {
  id: string;
  name: string;
  slug: string;
}

/** What the database holds of the groups at hand, and which live products own their SKUs, barcodes and slugs. */
export interface Known {
  products: ExistingProduct[];
  owners: { id: string; sku: string; barcode: string | null; slug: string }[];
  /** Those that have one of the names, or a slug that a category of such a name could have. */
  categories: CategoryName[];
}
