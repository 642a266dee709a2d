import type { Dimensions } from '../import/existing.ts';
import type { GroupImage } from '../import/images.ts';

/** A live product as the export shows it. Money and weight (kg) are decimal strings. */
export interface ExportedProduct {
  id: string;
  /** The product that its group begins with: its face. */
  head_id: string;
  /** The names of its category, from the root down. */
  category_path: string[];
  name: string;
  slug: string;
  description: string;
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
  options: Record<string, string> | null;
  /** In their order. */
  images: GroupImage[];
  quantity: number;
  allow_backorder: boolean;
  low_stock_threshold: number;
}
