import { z } from '@hono/zod-openapi';
import type { Context } from 'hono';

import { sha256 } from '#shared/auth/secrets.ts';
import { Problem } from '#shared/http/problem.ts';
import { TimeInput } from '#shared/http/values.ts';

const exampleCursor =
  'eyJsaXN0IjoiNWY5YzFlMmQ0YjdhM2M2OCIsImtleSI6IjIwMjYtMTEtMjJUMjE6MjQ6NDIuMTIzWiIsImlkIjoiMDE5MzhmNmUtN2EzYi03YzRkLTllNWYtNmE3YjhjOWQwZTFmIn0';

/** `limit` and `cursor` of every keyset list. */
export const PageQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(100).default(20).openapi({
    description: 'How many entries a page has at most.',
    example: 20,
  }),
  // Any text, since what is no cursor is refused as one: 400.
  cursor: z.string().optional().openapi({
    description: '`next_cursor` of the page before, with the same filters and sort. Left out, the list begins.',
    example: exampleCursor,
  }),
});

/** `sort` of a list that is sorted by time alone. */
export const TimeSort = z
  .enum(['-created_at', 'created_at'])
  .default('-created_at')
  .openapi({ description: 'The newest first, or the oldest.' });

/** Filters on the time at which something was made: from the one, until before the other. */
export const CreatedRange = {
  'created_at[gte]': TimeInput.optional().openapi({ description: 'Made at this time or later.' }),
  'created_at[lt]': TimeInput.optional().openapi({
    description: 'Made before this time.',
    example: '2026-12-01T00:00:00Z',
  }),
};

/** The key of a list sorted by time, within the years that Postgres and RFC 3339 share. */
export const TimeKey = z.iso.datetime().regex(/^[12]\d{3}-/);

/** Where a page of a list ends. */
export const PageInfo = z
  .object({
    next_cursor: z.string().nullable().openapi({ description: 'Null on the last page.', example: exampleCursor }),
    has_more: z.boolean(),
  })
  .openapi('PageInfo', { example: { next_cursor: exampleCursor, has_more: true } });

/** One page of a list. */
export function pageOf<Item extends z.ZodType>(item: Item) {
  return z.object({ data: z.array(item), page: PageInfo });
}

/** The sort key and id of the last row that the client has seen. */
export interface Position {
  key: string;
  id: string;
}

const Cursor = z.strictObject({ list: z.string(), key: z.string().max(1_000), id: z.string().max(100) });

/**
 * Where the page starts. `list` is what the cursor is bound to (path, filters, sort), `key` and `id` the forms of its
 * position; 400 `invalid_cursor` otherwise.
 */
export function readCursor(
  cursor: string | undefined,
  list: object,
  key: z.ZodType,
  id: z.ZodType = z.uuid(),
): Position | null {
  if (cursor === undefined) return null;
  const parsed = Cursor.safeParse(decoded(cursor));
  const isOfList =
    parsed.success &&
    parsed.data.list === fingerprint(list) &&
    key.safeParse(parsed.data.key).success &&
    id.safeParse(parsed.data.id).success;
  if (!isOfList) {
    throw new Problem('invalid_cursor', 'Send a cursor of this list with the same filters and sort, or none.');
  }
  return { key: parsed.data.key, id: parsed.data.id };
}

/** The page's envelope from up to `limit + 1` rows, and its `Link: rel="next"`. */
export function page<Row>(
  c: Context,
  rows: Row[],
  { limit, list, position }: { limit: number; list: object; position: (row: Row) => Position },
): { data: Row[]; page: { next_cursor: string | null; has_more: boolean } } {
  const data = rows.slice(0, limit);
  const last = data.at(-1);
  if (rows.length <= limit || last === undefined) return { data, page: { next_cursor: null, has_more: false } };
  const cursor = encoded({ list: fingerprint(list), ...position(last) });
  const next = new URL(c.req.url);
  next.searchParams.set('cursor', cursor);
  c.header('link', `<${next.pathname}${next.search}>; rel="next"`);
  return { data, page: { next_cursor: cursor, has_more: true } };
}

function fingerprint(list: object): string {
  return sha256(JSON.stringify(list)).slice(0, 16);
}

function encoded(cursor: z.infer<typeof Cursor>): string {
  return Buffer.from(JSON.stringify(cursor)).toString('base64url');
}

function decoded(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString());
  } catch {
    return null;
  }
}
