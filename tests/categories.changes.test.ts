import { uuidv7 } from 'uuidv7';
import { describe, expect, it } from 'vitest';

import { unique } from './support/catalogue.ts';
import {
  type Category,
  current,
  newCategory,
  patch,
  path,
  read,
  refused,
  statusesOf,
  stock,
  stored,
} from './support/categories.ts';
import { api, eventually, expectProblem } from './support/client.ts';
import { manager } from './support/shop.ts';

describe('PATCH /v1/admin/categories/{id}', () => {
  it('changes what is given and tells of it', async () => {
    const category = await newCategory({ description: 'Old' });
    const change = { name: unique(), description: null, is_active: false, display_order: 2 ** 31 - 1 };
    const { status, body, headers } = await patch(category, change);
    expect(status).toBe(200);
    expect(headers.get('etag')).toBe('"2"');
    expect(headers.get('server-timing')).toBe('db;desc="2"');
    expect(body).toEqual({ ...category, ...change, version: 2, updated_at: body.updated_at });
    expect((await read(category.id)).body).toEqual(body);
    const { events } = await stored(category);
    const { name, description, is_active, display_order } = category;
    expect(events.slice(2)).toEqual([
      { type: 'category.updated', action: null, before: null, after: null },
      {
        type: 'audit.recorded',
        action: 'category.updated',
        before: { name, description, is_active, display_order },
        after: change,
      },
    ]);

    const same = await patch(body, { ...change, slug: category.slug, parent_id: null });
    expect([same.status, same.body, same.headers.get('etag')]).toEqual([200, body, '"2"']);
    expect((await patch(body, {})).body).toEqual(body);
    expect((await stored(category)).events).toEqual(events);
  });

  it('refuses what it must, in the documented order', async () => {
    const [other, top] = await Promise.all([newCategory(), newCategory()]);
    const category = await newCategory({ parent_id: top.id });
    const below = await newCategory({ parent_id: category.id });
    const old = { ...category, version: 7 };
    const unknown = { ...category, id: uuidv7() };
    await refused(() => patch(unknown, { name: unique() }), 404, 'not_found');
    await refused(() => patch(old, { name: '' }), 422, 'validation_failed');
    await refused(() => patch(old, { children: [] }), 422, 'validation_failed');
    const answer = await refused(() => patch(old, { parent_id: uuidv7() }), 422, 'validation_failed');
    expect(answer.body.errors).toMatchObject([{ pointer: '/parent_id', code: 'invalid_reference' }]);
    await refused(() => patch(old, { name: other.name }), 412, 'precondition_failed');
    await refused(() => patch(category, {}, { 'if-match': 'W/"1"' }), 412, 'precondition_failed');
    const token = await manager();
    const unconditional = () => api('PATCH', `${path}/${category.id}`, { token, body: { name: unique() } });
    await refused(unconditional, 428, 'precondition_required');
    await refused(() => patch(category, { name: other.name }), 409, 'category_name_taken');
    await refused(() => patch(category, { slug: other.slug }), 409, 'slug_taken');
    for (const parent_id of [category.id, below.id]) {
      await refused(() => patch(category, { parent_id }), 409, 'category_cycle');
    }
    await refused(() => patch(top, { parent_id: below.id }), 409, 'category_cycle');
  });

  it('sent 10 times at once with one version changes it once', async () => {
    const category = await newCategory();
    const answers = await Promise.all(Array.from({ length: 10 }, (_, i) => patch(category, { display_order: i + 1 })));
    expect(statusesOf(answers)).toEqual([200, ...Array.from({ length: 9 }, () => 412)]);
    const winner = answers.find(({ status }) => status === 200);
    expect(await current(category)).toEqual(winner?.body);
    expect((await stored(category)).events).toHaveLength(4);
  });

  it('moves what is inside, and what it counts', async () => {
    const [from, to] = await Promise.all([newCategory(), newCategory()]);
    const moved = await newCategory({ parent_id: from.id });
    const inside = await newCategory({ parent_id: moved.id });
    await Promise.all([stock(inside.name, 2), stock(moved.name), stock(to.name)]);
    const counts = async () => (await Promise.all([from, to, moved, inside].map(current))).map((c) => c.product_count);
    const publicCounts = async () => {
      const { body } = await api('GET', '/v1/categories?view=flat');
      return [from, to, moved, inside].map(({ id }) => body.data.find((c: Category) => c.id === id).product_count);
    };
    expect(await counts()).toEqual([3, 1, 3, 2]);
    await eventually(async () => expect(await publicCounts()).toEqual([3, 1, 3, 2]));
    expect((await patch(moved, { parent_id: to.id })).body).toMatchObject({ parent_id: to.id, product_count: 3 });
    expect(await counts()).toEqual([0, 4, 3, 2]);
    await eventually(async () => expect(await publicCounts()).toEqual([0, 4, 3, 2]));
    expect((await patch({ ...moved, version: 2 }, { parent_id: null })).body).toMatchObject({ parent_id: null });
    expect(await counts()).toEqual([0, 1, 3, 2]);

    // Below an inactive category nothing shows or counts in public; staff see all of it.
    const hiding = await patch({ ...moved, version: 3 }, { parent_id: from.id, is_active: false });
    expect(hiding.status).toBe(200);
    expect(await counts()).toEqual([3, 1, 3, 2]);
    await eventually(async () => {
      expect((await api('GET', `/v1/categories/${from.id}`)).body).toMatchObject({ product_count: 0, children: [] });
      expectProblem(await api('GET', `/v1/categories/${moved.slug}`), 404, 'not_found');
      expectProblem(await api('GET', `/v1/categories/${inside.id}`), 404, 'not_found');
    });
  });

  it('never lets two moves at once make a cycle', async () => {
    await Promise.all(
      Array.from({ length: 20 }, async () => {
        const [a, b] = await Promise.all([newCategory(), newCategory()]);
        const inside = await newCategory({ parent_id: b.id });
        const answers = await Promise.all([patch(a, { parent_id: inside.id }), patch(b, { parent_id: a.id })]);
        expect(statusesOf(answers)).toEqual([200, 409]);
        expect(answers.find(({ status }) => status === 409)?.body.code).toBe('category_cycle');
        const parents = (await Promise.all([a, b].map(current))).map(({ parent_id }) => parent_id);
        expect(parents).toEqual(answers[0].status === 200 ? [inside.id, null] : [null, a.id]);
      }),
    );
  });
});
