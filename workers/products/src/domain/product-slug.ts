import { isSlug, slugOf } from './slug.ts';

const maxLength = 255;

/** Whether this can be the slug of a product: nothing that would be taken for an id. */
export function isProductSlug(slug: string): boolean {
  return isSlug(slug) && !looksLikeId(slug);
}

/** What the slug of a product begins with that has none of its own: its name, as far as an address can say it. */
export function slugBase(name: string): string {
  const slug = slugOf(name)
    .slice(0, maxLength)
    .replace(/[-\p{Cs}]+$/u, '');
  if (slug === '') return 'product';
  return looksLikeId(slug) ? `product-${slug}` : slug;
}

/** Public addresses name a product by either; an id wins. */
function looksLikeId(slug: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(slug);
}
