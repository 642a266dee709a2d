/** So many words of a search count; each costs a look into the index. */
export const mostWords = 10;

/**
 * The words that somebody searches for, between single blanks: letters and digits with their accents, of any script.
 * Everything else only separates them. Null if there is none.
 */
export function searchWords(text: string): string | null {
  const words = text.match(/[\p{L}\p{N}\p{M}]*[\p{L}\p{N}][\p{L}\p{N}\p{M}]*/gu) ?? [];
  return words.length === 0 ? null : words.slice(0, mostWords).join(' ');
}
