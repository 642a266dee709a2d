import { z } from 'zod';

import { HttpUrl } from '#shared/http/values.ts';

import { isProductSlug } from '../product-slug.ts';
import type { RowReader } from './cells.ts';
import { lengths } from './limits.ts';

/** Text as Postgres can store it. */
const text = (max: number) =>
  z
    .string()
    .max(max)
    .refine((value) => value.isWellFormed() && !value.includes('\0'));
const measure = z.number().min(0);

/**
 * What one product has other than the rest of its row and its handle's first row say: variants may differ in whatever
 * Shopify has no column for. Values stand exactly as they are.
 */
const Overrides = z
  .strictObject({
    slug: text(lengths.slug).refine(isProductSlug),
    name: text(lengths.name).min(1),
    description: text(lengths.description),
    short_description: text(lengths.short_description).nullable(),
    /** The names from the root to the category itself. */
    category_path: z.array(text(lengths.category).min(1)).min(1),
    vendor: text(lengths.vendor).nullable(),
    tags: z.array(text(lengths.tag)),
    is_active: z.boolean(),
    is_featured: z.boolean(),
    meta_title: text(lengths.meta_title).nullable(),
    meta_description: text(lengths.description).nullable(),
    dimensions: z.strictObject({ length: measure, width: measure, height: measure }).nullable(),
    options: z.record(text(lengths.option), text(lengths.option)),
    images: z
      .array(
        z.strictObject({
          image_url: HttpUrl.refine((url) => !url.includes('\0')),
          alt_text: text(lengths.alt_text).nullable(),
          is_primary: z.boolean(),
        }),
      )
      .refine((images) => images.filter(({ is_primary }) => is_primary).length <= 1),
  })
  .partial();
export type Overrides = z.infer<typeof Overrides>;

export function readOverrides(reader: RowReader): Overrides {
  const hint = 'Write a JSON object with fields of the product, as the export does.';
  return reader.json('Variant Overrides', Overrides, hint) ?? {};
}

/** A category by the names from the root to itself. */
export function readCategoryPath(reader: RowReader): string[] | null | undefined {
  const hint = 'Write a JSON array of category names, from the root down, such as ["Garden","Pots"].';
  return reader.json('Category Path', Overrides.shape.category_path.unwrap(), hint);
}
