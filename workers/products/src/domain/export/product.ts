import type { ProductFields } from '../import/existing.ts';
import type { GroupImage } from '../import/images.ts';

/** A live product as the export shows it. Money and weight (kg) are decimal strings. */
export interface ExportedProduct extends Omit<ProductFields, 'category_id' | 'variant_group_id'> {
  id: string;
  /** The product that its group begins with: its face. */
  head_id: string;
  /** The names of its category, from the root down. */
  category_path: string[];
  slug: string;
  description: string;
  /** In their order. */
  images: GroupImage[];
  quantity: number;
  allow_backorder: boolean;
  low_stock_threshold: number;
}
