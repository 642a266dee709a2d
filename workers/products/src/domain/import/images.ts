import type { RowReader } from './cells.ts';
import { lengths } from './limits.ts';

export interface GroupImage {
  image_url: string;
  alt_text: string | null;
  is_primary: boolean;
}

/**
 * The images of a handle in the order of their positions; those without one come last, as the file has them. The primary
 * one is the one marked so; where nothing is marked, the first.
 */
export function readImages(readers: RowReader[]): GroupImage[] | undefined {
  const placed = readers.flatMap((reader) => {
    const image_url = reader.url('Image Src');
    const position = reader.count('Image Position') ?? Infinity;
    const alt_text = reader.text('Image Alt Text', lengths.alt_text) ?? null;
    const mark = reader.flag('Image Primary') ?? undefined;
    return image_url && reader.errors.length === 0 ? [{ image_url, alt_text, mark, position }] : [];
  });
  if (placed.length === 0) return undefined;
  const byPosition = placed.sort((a, b) => (a.position === b.position ? 0 : a.position - b.position));
  const unique = [...Map.groupBy(byPosition, ({ image_url }) => image_url).values()].flatMap((same) => same[0] ?? []);
  const isMarked = unique.some(({ mark }) => mark !== undefined);
  const primary = isMarked ? unique.find(({ mark }) => mark === true) : unique[0];
  return unique.map((image) => ({
    image_url: image.image_url,
    alt_text: image.alt_text,
    is_primary: image === primary,
  }));
}
