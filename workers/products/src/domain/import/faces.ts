import type { RowError } from './cells.ts';
import type { ExistingProduct } from './existing.ts';
import type { ImportGroup } from './groups.ts';
import type { Match } from './match.ts';
import { saidOf } from './product-fields.ts';

/** The row that would make the face of its group inactive while others stay active: lists would lose the group. */
export function hiddenFace(group: ImportGroup, matches: Match[], existing: ExistingProduct[]): Match | undefined {
  const isActive = ({ variant, product }: Match) => saidOf(group, variant).is_active ?? product?.is_active ?? true;
  const named = new Set(matches.map(({ product }) => product));
  const staysActive = existing.some((product) => product.is_active && !named.has(product));
  const isFace = ({ product }: Match, i: number) => (existing.length > 0 ? product?.is_group_primary : i === 0);
  const face = matches.find(isFace);
  return face && !isActive(face) && (staysActive || matches.some(isActive)) ? face : undefined;
}

export function faceInactive(row: number): RowError {
  const message = 'Lists show this one for all variants of its handle: it cannot be inactive while others are active.';
  return { row, column: 'Published', code: 'face_inactive', message };
}
