/** So many words of a search count; each costs a look into the index. */
export const mostWords = 10;

/**
 * The words that somebody searches for, between single blanks: letters and digits with their accents, of any script.
 * Everything else only separates them. Null if there is none.
 */
export function searchWords(text: string): string | null {
  const words = wordsOf(text);
  return words.length === 0 ? null : words.slice(0, mostWords).join(' ');
}

/**
 * The words as one if that may be the code of a product: with a digit, or of several words and no blank. Null otherwise,
 * as most searches are for no code, and looking for one costs.
 */
export function searchCode(text: string): string | null {
  const words = wordsOf(text);
  const isJoined = words.length > 1 && !/\s/u.test(text.trim());
  return isJoined || words.some((word) => /\p{N}/u.test(word)) ? words.join('') : null;
}

function wordsOf(text: string): string[] {
  return text.match(/[\p{L}\p{N}\p{M}]*[\p{L}\p{N}][\p{L}\p{N}\p{M}]*/gu) ?? [];
}
