import { Hono } from 'hono';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';

import { page, readCursor } from './pages.ts';

const rows = [
  { key: '1.00', id: '01938f6e-7a3b-7c4d-9e5f-000000000001' },
  { key: '2.00', id: '01938f6e-7a3b-7c4d-9e5f-000000000002' },
  { key: '3.00', id: '01938f6e-7a3b-7c4d-9e5f-000000000003' },
];
const list = { list: 'things', sort: 'key' };

async function pageWith(limit: number) {
  const app = new Hono();
  app.get('/things', (c) => c.json(page(c, rows, { limit, list, position: (row) => row })));
  const response = await app.request('/things?limit=2');
  return {
    link: response.headers.get('link'),
    body: z
      .object({
        data: z.array(z.unknown()),
        page: z.object({ next_cursor: z.string().nullable(), has_more: z.boolean() }),
      })
      .parse(await response.json()),
  };
}

describe('keyset pages', () => {
  it('end with a cursor to the row last seen, and a link', async () => {
    const { link, body } = await pageWith(2);
    expect(body.data).toEqual(rows.slice(0, 2));
    expect(body.page.has_more).toBe(true);
    const cursor = body.page.next_cursor ?? '';
    expect(readCursor(cursor, list, z.string())).toEqual(rows[1]);
    expect(link).toBe(`</things?limit=2&cursor=${cursor}>; rel="next"`);
  });

  it('say when there is no more', async () => {
    const { link, body } = await pageWith(3);
    expect(body).toEqual({ data: rows, page: { next_cursor: null, has_more: false } });
    expect(link).toBeNull();
  });

  it('refuse a cursor of another list, of another form, or none of ours', async () => {
    const { body } = await pageWith(2);
    const cursor = body.page.next_cursor ?? '';
    for (const [given, of, key] of [
      [cursor, { ...list, sort: '-key' }, z.string()],
      [cursor, list, z.uuid()],
      ['nonsense', list, z.string()],
      [Buffer.from('{"list":1}').toString('base64url'), list, z.string()],
    ] as const) {
      expect(() => readCursor(given, of, key)).toThrow(expect.objectContaining({ code: 'invalid_cursor' }));
    }
  });

  it('start at the beginning without a cursor', () => {
    expect(readCursor(undefined, list, z.string())).toBeNull();
  });
});
