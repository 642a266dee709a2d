import { randomUUID } from 'node:crypto';

import { describe, expect, it } from 'vitest';

import { pointersOf } from './support/accounts.ts';
import {
  adminProduct,
  auditOf,
  deleteProduct,
  readProduct,
  statuses,
  stored,
  times,
} from './support/admin-products.ts';
import { type Answer, api, expectProblem, staff } from './support/client.ts';
import { sqlOf } from './support/databases.ts';
import { manager } from './support/shop.ts';

const sql = sqlOf('products');
const pathOf = (productId: string, imageId = '') =>
  `/v1/admin/products/${productId}/images${imageId === '' ? '' : `/${imageId}`}`;

async function add(productId: string, name: string, fields: Record<string, unknown> = {}): Promise<Answer> {
  const body = { image_url: `https://images.example.com/${name}.jpg`, ...fields };
  return api('POST', pathOf(productId), { token: await manager(), body });
}

async function change(productId: string, imageId: string, body: unknown): Promise<Answer> {
  return api('PATCH', pathOf(productId, imageId), { token: await manager(), body });
}

async function remove(productId: string, imageId: string): Promise<Answer> {
  return api('DELETE', pathOf(productId, imageId), { token: await manager() });
}

/** A product with these images, and their ids. */
async function pictured(...names: string[]): Promise<{ id: string; images: string[] }> {
  const { id } = await adminProduct();
  const images: string[] = [];
  for (const name of names) images.push((await add(id, name)).body.id);
  return { id, images };
}

/** Its images in order, the primary one with a star. */
async function imagesOf(productId: string): Promise<string[]> {
  const { images } = await readProduct(productId);
  return images.map(({ image_url, is_primary }: Answer['body']) => {
    const name = new URL(image_url).pathname.slice(1, -4);
    return is_primary ? `${name}*` : name;
  });
}

async function primariesOf(productId: string): Promise<unknown> {
  const [row] = await sql`
    SELECT count(*)::int AS images, count(*) FILTER (WHERE is_primary)::int AS primaries
      FROM product_images WHERE product_id = ${productId}`;
  return row;
}

describe('POST /v1/admin/products/{id}/images', () => {
  it('adds images one after the other, the first as the primary one', async () => {
    const { id } = await adminProduct();
    const first = await add(id, 'front', { alt_text: 'From the front' });
    expect(first.status).toBe(201);
    expect(first.headers.get('server-timing')).toBe('db;desc="1"');
    expect(first.headers.get('location')).toBe(pathOf(id, first.body.id));
    expect(first.body).toEqual({
      id: expect.any(String),
      image_url: 'https://images.example.com/front.jpg',
      alt_text: 'From the front',
      display_order: 0,
      is_primary: true,
      created_at: expect.stringMatching(/Z$/),
    });
    const second = await add(id, 'back', { is_primary: false });
    expect(second.body).toMatchObject({ alt_text: null, display_order: 1, is_primary: false });
    const third = await add(id, 'side', { display_order: 0, is_primary: true });
    expect(third.body).toMatchObject({ display_order: 0, is_primary: true });
    expect(await imagesOf(id)).toEqual(['front', 'side*', 'back']);
    const product = await readProduct(id);
    expect(product.version).toBe(4);
    expect(product.images).toContainEqual(third.body);
    const entries = await auditOf(id, 4);
    expect(entries.map(({ action }) => action)).toEqual(['product.created', ...Array(3).fill('product.updated')]);
    expect(entries[1]).toMatchObject({ before: { images: [] }, after: { images: [first.body] } });
    expect(entries[3].before).toEqual({ images: [first.body] });
    expect(entries[3].after).toEqual({ images: [{ ...first.body, is_primary: false }, third.body] });
    const shown = (await api('GET', `/v1/products/${id}`)).body.images;
    expect(shown.map(({ id: imageId }: Answer['body']) => imageId)).toEqual(
      product.images.map(({ id: imageId }: Answer['body']) => imageId),
    );
  });

  it('makes the first image primary whatever it says', async () => {
    const { id } = await adminProduct();
    expect((await add(id, 'front', { is_primary: false })).body.is_primary).toBe(true);
  });

  it.each([
    [{ image_url: undefined }, '/image_url'],
    [{ image_url: 'front.jpg' }, '/image_url'],
    [{ image_url: 'javascript:alert(1)' }, '/image_url'],
    [{ image_url: 'ftp://images.example.com/front.jpg' }, '/image_url'],
    [{ image_url: 'https://images.example.com/a b.jpg' }, '/image_url'],
    [{ image_url: 'https://images.example.com/\0.jpg' }, '/image_url'],
    [{ image_url: `https://images.example.com/${'x'.repeat(480)}` }, '/image_url'],
    [{ alt_text: 'x'.repeat(256) }, '/alt_text'],
    [{ alt_text: '' }, '/alt_text'],
    [{ display_order: -1 }, '/display_order'],
    [{ display_order: 1.5 }, '/display_order'],
    [{ is_primary: 'true' }, '/is_primary'],
    [{ product_id: randomUUID() }, '/product_id'],
  ])('refuses %j', async (fields, pointer) => {
    const { id } = await pictured('front');
    const before = await stored(id);
    const answer = await add(id, 'back', fields);
    expectProblem(answer, 422, 'validation_failed');
    expect(new Set(pointersOf(answer.body))).toEqual(new Set([pointer]));
    expect(await stored(id)).toEqual(before);
  });

  it('takes none for a product that is not there, or deleted', async () => {
    const { id } = await pictured('front');
    await deleteProduct(id);
    const before = await stored(id);
    for (const productId of [id, randomUUID(), 'copper-light']) {
      expectProblem(await add(productId, 'back'), 404, 'not_found');
    }
    expect(await stored(id)).toEqual(before);
  });

  it('takes fifty at most, though they come at once', async () => {
    const { id } = await adminProduct();
    await sql`
      INSERT INTO product_images (id, product_id, image_url, display_order, is_primary)
      SELECT gen_random_uuid(), ${id}, 'https://images.example.com/' || n || '.jpg', n, n = 1
        FROM generate_series(1, 45) AS n`;
    const answers = await times(10, (i) => add(id, `late-${i}`, { is_primary: true }));
    expect(statuses(answers)).toEqual({ 201: 5, 422: 5 });
    const refused = answers.filter(({ status }) => status === 422);
    for (const answer of refused) {
      expectProblem(answer, 422, 'validation_failed');
      expect(answer.body.errors).toEqual([{ pointer: '', code: 'too_many_images', message: expect.any(String) }]);
    }
    expect(await primariesOf(id)).toEqual({ images: 50, primaries: 1 });
    expect((await readProduct(id)).version).toBe(6);
    expect(await auditOf(id, 6)).toHaveLength(6);
  });

  it('has one primary image of ten that come first', async () => {
    const { id } = await adminProduct();
    const answers = await times(10, (i) => add(id, `image-${i}`));
    expect(statuses(answers)).toEqual({ 201: 10 });
    expect(answers.filter(({ body }) => body.is_primary)).toHaveLength(1);
    expect(new Set(answers.map(({ body }) => body.display_order))).toEqual(
      new Set(Array.from({ length: 10 }, (_, i) => i)),
    );
    expect(await primariesOf(id)).toEqual({ images: 10, primaries: 1 });
  });
});

describe('PATCH /v1/admin/products/{id}/images/{image_id}', () => {
  it('changes what is said and leaves the rest', async () => {
    const { id, images } = await pictured('front', 'back');
    const fields = { image_url: 'https://images.example.com/new.jpg', alt_text: 'New', display_order: 7 };
    const { status, body, headers } = await change(id, images[0] ?? '', fields);
    expect([status, headers.get('server-timing')]).toEqual([200, 'db;desc="2"']);
    expect(body).toMatchObject({ id: images[0], ...fields, is_primary: true });
    expect(await imagesOf(id)).toEqual(['back', 'new*']);
    expect((await readProduct(id)).version).toBe(4);
    const [, , , entry] = await auditOf(id, 4);
    expect(entry.after).toEqual({ images: [body] });
    expect(entry.before.images).toMatchObject([{ id: images[0], alt_text: null, display_order: 0 }]);
  });

  it('moves the primary image', async () => {
    const { id, images } = await pictured('front', 'back');
    expect((await change(id, images[1] ?? '', { is_primary: true })).body.is_primary).toBe(true);
    expect(await imagesOf(id)).toEqual(['front', 'back*']);
    expect((await change(id, images[0] ?? '', { is_primary: false })).body.is_primary).toBe(false);
    expect(await imagesOf(id)).toEqual(['front', 'back*']);
  });

  it.each([[{}], [{ is_primary: true, alt_text: null, display_order: 0 }]])('does nothing for %j', async (body) => {
    const { id, images } = await pictured('front');
    const before = await stored(id);
    expect((await change(id, images[0] ?? '', body)).status).toBe(200);
    expect(await stored(id)).toEqual(before);
  });

  it.each([
    [{ is_primary: false }, '/is_primary'],
    [{ is_primary: false, alt_text: 'New' }, '/is_primary'],
    [{ image_url: null }, '/image_url'],
    [{ id: randomUUID() }, '/id'],
  ])('refuses %j', async (body, pointer) => {
    const { id, images } = await pictured('front', 'back');
    const before = await stored(id);
    const answer = await change(id, images[0] ?? '', body);
    expectProblem(answer, 422, 'validation_failed');
    expect(pointersOf(answer.body)).toEqual([pointer]);
    expect(await stored(id)).toEqual(before);
  });

  it('knows only images of this product', async () => {
    const [one, other] = [await pictured('front'), await pictured('front')];
    const before = await stored(other.id);
    for (const imageId of [other.images[0] ?? '', randomUUID(), 'front']) {
      expectProblem(await change(one.id, imageId, { alt_text: 'New' }), 404, 'not_found');
      expectProblem(await remove(one.id, imageId), 404, 'not_found');
    }
    expect(await stored(other.id)).toEqual(before);
    await deleteProduct(other.id);
    const deleted = await stored(other.id);
    expectProblem(await change(other.id, other.images[0] ?? '', { alt_text: 'New' }), 404, 'not_found');
    expectProblem(await remove(other.id, other.images[0] ?? ''), 404, 'not_found');
    expect(await stored(other.id)).toEqual(deleted);
  });

  it('leaves one primary image of twenty that want to be it', async () => {
    const { id } = await adminProduct();
    const added = await times(21, (i) => add(id, `image-${i}`));
    const others = added.filter(({ body }) => !body.is_primary);
    const answers = await times(20, (i) => change(id, others[i]?.body.id, { is_primary: true }));
    expect(statuses(answers)).toEqual({ 200: 20 });
    expect(await primariesOf(id)).toEqual({ images: 21, primaries: 1 });
    expect((await readProduct(id)).version).toBe(42);
  });
});

describe('DELETE /v1/admin/products/{id}/images/{image_id}', () => {
  it('makes the next one primary', async () => {
    const { id, images } = await pictured('front', 'back', 'side');
    await change(id, images[1] ?? '', { display_order: 9 });
    const before = (await readProduct(id)).images;
    const { status, headers } = await remove(id, images[0] ?? '');
    expect([status, headers.get('server-timing')]).toEqual([204, 'db;desc="1"']);
    expect(await imagesOf(id)).toEqual(['side*', 'back']);
    const entry = (await auditOf(id, 6)).at(-1);
    expect(entry.before).toEqual({ images: before.slice(0, 2) });
    expect(entry.after).toEqual({ images: [{ ...before[1], is_primary: true }] });
    expectProblem(await remove(id, images[0] ?? ''), 404, 'not_found');
    await remove(id, images[1] ?? '');
    expect(await imagesOf(id)).toEqual(['side*']);
    await remove(id, images[2] ?? '');
    expect(await imagesOf(id)).toEqual([]);
  });

  it('leaves a primary image while others come, go and want to be it', async () => {
    for (let round = 0; round < 3; round++) {
      const { id, images } = await pictured('a', 'b', 'c', 'd', 'e');
      const answers = await Promise.all([
        ...images.slice(0, 4).map((imageId) => remove(id, imageId)),
        ...images.map((imageId) => change(id, imageId, { is_primary: true })),
        ...['f', 'g'].map((name) => add(id, name, { is_primary: name === 'f' })),
        ...images.slice(0, 4).map((imageId) => remove(id, imageId)),
      ]);
      expect(answers.filter(({ status }) => status === 204)).toHaveLength(4);
      expect(answers.filter(({ status }) => ![200, 201, 204, 404].includes(status))).toEqual([]);
      expect(await primariesOf(id)).toEqual({ images: 3, primaries: 1 });
      const { version } = await readProduct(id);
      expect(await auditOf(id, version)).toHaveLength(version);
    }
  });
});

it('is for managers and administrators', async () => {
  const { id, images } = await pictured('front');
  const before = await stored(id);
  const customer = await staff('customer');
  const image = { image_url: 'https://images.example.com/back.jpg' };
  for (const [method, path, body] of [
    ['POST', pathOf(id), image],
    ['PATCH', pathOf(id, images[0]), image],
    ['DELETE', pathOf(id, images[0]), undefined],
  ] as const) {
    expectProblem(await api(method, path, { body }), 401, 'unauthorized');
    expectProblem(await api(method, path, { body, token: customer }), 403, 'forbidden');
  }
  expect(await stored(id)).toEqual(before);
});
