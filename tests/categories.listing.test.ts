import { describe, expect, it } from 'vitest';

import { unique } from './support/catalogue.ts';
import { list, newCategory, read, remove, stock } from './support/categories.ts';
import { expectProblem } from './support/client.ts';

describe('GET /v1/admin/categories', () => {
  it('lists live ones by display order and name, with what is below them counted', async () => {
    const parent = await newCategory({ display_order: 3 });
    const word = unique();
    const child = (name: string, rest = {}) => newCategory({ name: word + name, parent_id: parent.id, ...rest });
    const b = await child('b', { display_order: 1, is_active: false });
    const c = await child('c');
    const a = await child('a', { display_order: 1 });
    const gone = await child('d');
    await remove(gone);
    await stock(a.name, 2);
    await stock(b.name, 1);
    const { status, body, headers } = await list(`?parent_id=${parent.id.toUpperCase()}`);
    expect(status).toBe(200);
    expect(headers.get('server-timing')).toBe('db;desc="1"');
    expect(body).toEqual({ data: [c, { ...a, product_count: 2 }, { ...b, product_count: 1 }] });
    expect((await list(`?parent_id=${parent.id}&is_active=false`)).body.data).toEqual([{ ...b, product_count: 1 }]);
    expect((await list()).body.data).toContainEqual({ ...parent, product_count: 3 });
    expect((await read(parent.id)).body).toEqual({ ...parent, product_count: 3 });
    expectProblem(await list('?parent_id=x'), 422, 'validation_failed');
    expectProblem(await list('?is_active=1'), 422, 'validation_failed');
    expectProblem(await list('?q=x'), 400, 'unknown_parameter');
    expectProblem(await read(gone.id), 404, 'not_found');
    expectProblem(await read('x'), 404, 'not_found');
  });
});
