import { z } from '@hono/zod-openapi';

/**
 * Text of 1 to `max` characters. Control characters other than line feed and tab are refused (Postgres cannot store
 * NUL, and no other is ever meant), as are halves of surrogate pairs, which are no characters.
 */
export function text(max: number) {
  return z
    .string()
    .trim()
    .min(1)
    .max(max)
    .refine((value) => value.isWellFormed() && !/[^\P{Cc}\n\t]/u.test(value), {
      error: 'Control characters are not allowed.',
      params: { code: 'invalid_character' },
    });
}

export const Id = z.uuid().openapi({ example: '01938f6e-7a3b-7c4d-9e5f-6a7b8c9d0e1f' });

/** RFC 3339 UTC with milliseconds, as answers carry it. */
export const Timestamp = z.iso.datetime().openapi({ example: '2026-11-22T21:24:42.123Z' });

/** A time in a request. Postgres has no year 0, which RFC 3339 would allow. */
export const TimeInput = z.iso
  .datetime({ offset: true })
  .regex(/^[12]\d{3}-/)
  .openapi({ example: '2026-11-01T00:00:00Z' });

/** ISO 4217. */
export const Currency = z.string().length(3).openapi({ example: 'USD' });

/** http(s) URLs only. */
export const HttpUrl = z
  .url({ protocol: /^https?$/ })
  .max(500)
  .refine((value) => value.isWellFormed() && !/\p{Cc}/u.test(value), {
    error: 'Control characters are not allowed.',
    params: { code: 'invalid_character' },
  });
