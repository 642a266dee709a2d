import type { RowReader } from './cells.ts';

export interface GroupImage {
  image_url: string;
  alt_text: string | null;
}

/** The images of a handle in the order of their positions; those without one come last, as the file has them. */
export function readImages(readers: RowReader[]): GroupImage[] | undefined {
  const placed = readers.flatMap((reader) => {
    const image_url = reader.url('Image Src');
    const position = reader.count('Image Position') ?? Infinity;
    const alt_text = reader.text('Image Alt Text', 255) ?? null;
    return image_url && reader.errors.length === 0 ? [{ image_url, alt_text, position }] : [];
  });
  if (placed.length === 0) return undefined;
  const byPosition = placed.sort((a, b) => (a.position === b.position ? 0 : a.position - b.position));
  const unique = new Map<string, GroupImage>();
  for (const { image_url, alt_text } of byPosition) {
    if (!unique.has(image_url)) unique.set(image_url, { image_url, alt_text });
  }
  return [...unique.values()];
}
