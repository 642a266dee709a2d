import type { RowError } from './cells.ts';
import type { ImportGroup } from './groups.ts';
import type { GroupVariant } from './variants.ts';

/** What the rows of a file have claimed so far. */
export interface Claims {
  /** Takes the rows that come too late out of their groups, and answers why. */
  claim(groups: ImportGroup[]): RowError[];
}

/**
 * Every SKU, barcode and slug belongs to the first row of the file that claims it; handles come before all others.
 * `handles` are those of the whole file.
 */
export function newClaims(handles: { has(slug: string): boolean }): Claims {
  const claimed = { sku: new Set<string>(), barcode: new Set<string>(), slug: new Set<string>() };
  const claim = (variant: GroupVariant, isFace: boolean): RowError | null => {
    const error = conflictOf(variant, isFace ? [] : [handles, claimed.slug], claimed);
    if (error) return error;
    claimed.sku.add(variant.sku);
    if (variant.barcode) claimed.barcode.add(variant.barcode);
    if (!isFace) claimed.slug.add(variant.slug);
    return null;
  };
  return {
    claim: (groups) => {
      const errors: RowError[] = [];
      for (const group of groups) {
        group.variants = group.variants.filter((variant, i) => {
          const error = claim(variant, i === 0);
          if (error) errors.push(error);
          return !error;
        });
      }
      return errors;
    },
  };
}

function conflictOf(
  { row, sku, barcode, slug }: GroupVariant,
  slugs: { has(slug: string): boolean }[],
  claimed: { sku: Set<string>; barcode: Set<string> },
): RowError | null {
  if (claimed.sku.has(sku)) return taken(row, 'sku', sku);
  if (barcode && claimed.barcode.has(barcode)) return taken(row, 'barcode', barcode);
  if (slugs.some((known) => known.has(slug))) return taken(row, 'slug', slug);
  return null;
}

/** The refusal of a row whose SKU, barcode or slug belongs to another product. */
export function taken(row: number, what: 'sku' | 'barcode' | 'slug', value: string): RowError {
  const column = { sku: 'Variant SKU', barcode: 'Variant Barcode', slug: 'Handle' } as const;
  const name = { sku: 'SKU', barcode: 'barcode', slug: 'slug' }[what];
  return {
    row,
    column: column[what],
    code: `${what}_taken`,
    message: `The ${name} ${value} belongs to another product.`,
  };
}
