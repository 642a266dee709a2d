import { all } from 'iso-3166-1';

/** ISO 3166-1 alpha-2: the officially assigned codes. Intl would also name regions that are no countries (EU, XK, ZZ). */
const countries = new Set(all().map(({ alpha2 }) => alpha2));

/** Whether this is the upper-case alpha-2 code of a country. */
export function isCountry(code: string): boolean {
  return countries.has(code);
}
