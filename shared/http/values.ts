import { z } from '@hono/zod-openapi';

/** For the document: no control characters, and not only blanks. */
export const textPattern = String.raw`^[^\u0000-\u0008\u000B-\u001F\u007F-\u009F]*[^\s\u0000-\u001F\u007F-\u009F\uFEFF][^\u0000-\u0008\u000B-\u001F\u007F-\u009F]*$`;

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
    })
    .openapi({ pattern: textPattern });
}

export const Id = z.uuid().openapi({ example: '01938f6e-7a3b-7c4d-9e5f-6a7b8c9d0e1f' });

/** RFC 3339 UTC with milliseconds, as answers carry it. */
export const Timestamp = z.iso.datetime().openapi({ example: '2026-11-22T21:24:42.123Z' });

/** RFC 3339 from the year 1000 to 2999, for the document: days that no calendar has are refused. */
const timePattern = [
  String.raw`^(?:(?:[12]\d(?:0[48]|[2468][048]|[13579][26])|(?:1[26]|2[048])00)-02-29`,
  String.raw`|[12]\d{3}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12]\d|3[01])|(?:0[469]|11)-(?:0[1-9]|[12]\d|30)|02-(?:0[1-9]|1\d|2[0-8])))`,
  String.raw`T(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d+)?)?(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)$`,
].join('');

/** A time in a request. Postgres has no year 0, which RFC 3339 would allow. */
export const TimeInput = z.iso
  .datetime({ offset: true })
  .regex(/^[12]\d{3}-/)
  .openapi({ format: 'date-time', pattern: timePattern, example: '2026-11-01T00:00:00Z' });

/** ISO 4217. */
export const Currency = z.string().length(3).openapi({ example: 'USD' });

/** http(s) URLs only. */
export const HttpUrl = z
  .url({ protocol: /^https?$/ })
  .max(500)
  .refine((value) => value.isWellFormed() && !/\p{Cc}/u.test(value), {
    error: 'Control characters are not allowed.',
    params: { code: 'invalid_character' },
  })
  .openapi({ pattern: String.raw`^https?://[^\s/?#\u0000-\u001F\u007F-\u009F][^\u0000-\u001F\u007F-\u009F]*$` });
