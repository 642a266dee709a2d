import { z } from '@hono/zod-openapi';
import { all } from 'iso-3166-1';

/** ISO 3166-1 alpha-2: the officially assigned codes. Intl would also name regions that are no countries (EU, XK, ZZ). */
const countries = new Set(all().map(({ alpha2 }) => alpha2));

/** The upper-case alpha-2 code of a country. */
export const Country = z
  .string()
  .refine((code) => countries.has(code), {
    error: 'Send an ISO 3166-1 alpha-2 code in upper case, such as US.',
    params: { code: 'unknown_country' },
  })
  .openapi({ pattern: '^[A-Z]{2}$', example: 'US' });
