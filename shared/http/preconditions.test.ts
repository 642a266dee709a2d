import { Hono } from 'hono';
import { describe, expect, it } from 'vitest';

import { Problem } from '#shared/http/problem.ts';
import { etagOf, requireVersion } from '#shared/http/preconditions.ts';

async function outcome(ifMatch: string | undefined): Promise<string> {
  const app = new Hono();
  app.get('/', (c) => {
    requireVersion(c, 3);
    return c.text('passed');
  });
  app.onError((error, c) => c.text(error instanceof Problem ? error.code : 'unexpected'));
  const headers = new Headers(ifMatch === undefined ? [] : [['if-match', ifMatch]]);
  return (await app.request('/', { headers })).text();
}

describe('requireVersion', () => {
  it.each([etagOf(3), '"1", "3"', '"3","9"', '*'])('%s passes', async (header) => {
    expect(await outcome(header)).toBe('passed');
  });

  it.each(['"2"', '3', 'W/"3"', '""', '', '"33"', '"3'])('%j is refused', async (header) => {
    expect(await outcome(header)).toBe('precondition_failed');
  });

  it('is required', async () => {
    expect(await outcome(undefined)).toBe('precondition_required');
  });
});
