/** Lower-case letters and digits of any script, joined by single hyphens; accents are dropped. Empty if nothing is left. */
export function slugOf(text: string): string {
  return text
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .normalize('NFC')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, '-')
    .replaceAll(/^-|-$/g, '');
}

/** Whether it is lower-case letters and digits of any script, joined by single hyphens. */
export function isSlug(text: string): boolean {
  return /^[\p{L}\p{N}]+(-[\p{L}\p{N}]+)*$/u.test(text) && text === text.toLowerCase();
}

/** `isSlug` for the document: letters that have a case, in lower case. */
export const slugPattern = String.raw`^[\p{Ll}\p{Lo}\p{Nd}]+(-[\p{Ll}\p{Lo}\p{Nd}]+)*$`;

/** The n-th slug to try where others may be taken: `lamps`, `lamps-2`, `lamps-3`; of at most `max` characters. */
export function numberedSlug(slug: string, n: number, max: number): string {
  const suffix = n === 1 ? '' : `-${n}`;
  const kept = Array.from(slug).slice(0, max - suffix.length);
  return `${kept.join('').replace(/-$/, '')}${suffix}`;
}
