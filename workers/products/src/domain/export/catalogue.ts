import type { GroupImage } from '../import/images.ts';
import { type Cells, headerLine, lineOf } from './csv.ts';
import { fieldCells, type GroupValues, groupValues } from './group-cells.ts';
import type { ExportedProduct } from './product.ts';
import { variantCells } from './variant-cells.ts';

/** Writes a catalogue as a product CSV, part by part. */
export interface CatalogueWriter {
  /** The lines of these products. Those of a group come one after the other, its face first. */
  write(products: ExportedProduct[]): string;
  /** The lines that are still missing when there are no more products. */
  end(): string;
}

/** The group at hand: what its first row says, and the images that have not found a row yet. */
interface OpenGroup {
  head_id: string;
  handle: string;
  values: GroupValues;
  images: Cells[];
}

/**
 * As in Shopify's files, the rows of a group are its variants; the first carries what they share, each carries one image
 * of the face, and images that are left get rows of their own.
 */
export function catalogueWriter(): CatalogueWriter {
  let text = headerLine;
  let group: OpenGroup | null = null;
  const taken = (): string => {
    const written = text;
    text = '';
    return written;
  };
  const close = () => {
    if (!group) return;
    for (const image of group.images) text += lineOf({ Handle: group.handle, ...image });
    group = null;
  };
  return {
    write(products) {
      for (const product of products) {
        const isFirst = group?.head_id !== product.head_id;
        if (isFirst) close();
        group ??= opened(product);
        text += lineOf({
          Handle: group.handle,
          ...(isFirst ? fieldCells(product) : {}),
          ...variantCells(product, group.values, isFirst ? null : group.handle),
          ...group.images.shift(),
        });
      }
      return taken();
    },
    end() {
      close();
      return taken();
    },
  };
}

function opened(product: ExportedProduct): OpenGroup {
  const values = groupValues(product);
  return { head_id: product.head_id, handle: product.slug, values, images: imageCells(values.images) };
}

function imageCells(images: GroupImage[]): Cells[] {
  return images.map(({ image_url, alt_text, is_primary }, i) => ({
    'Image Src': image_url,
    'Image Position': String(i + 1),
    'Image Alt Text': alt_text,
    'Image Primary': String(is_primary),
  }));
}
