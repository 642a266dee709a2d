import { randomUUID } from 'node:crypto';

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import {
  adminProduct,
  auditOf,
  deleteProduct,
  patchProduct,
  postProduct,
  readProduct,
  statuses,
  stored,
  times,
} from './support/admin-products.ts';
import { type Answer, api, expectProblem } from './support/client.ts';
import { sqlOf } from './support/databases.ts';
import { manager } from './support/shop.ts';

const sql = sqlOf('products');

/** A group of variants of these sizes, the first as its face. */
async function newGroup(...sizes: string[]): Promise<{ group: string; members: Answer['body'][] }> {
  const members: Answer['body'][] = [];
  for (const Size of sizes) {
    const group = members[0]?.variant_group_id;
    members.push(await adminProduct({ options: { Size }, ...(group ? { variant_group_id: group } : {}) }));
  }
  return { group: members[0].variant_group_id, members };
}

/** The live members, by id: size, with a star for the face, in brackets if inactive. */
async function membersOf(group: string): Promise<unknown[]> {
  const rows = await sql`
    SELECT concat(CASE WHEN NOT is_active THEN '(' END, options ->> 'Size', CASE WHEN is_group_primary THEN '*' END,
                  CASE WHEN NOT is_active THEN ')' END) AS member
      FROM products WHERE variant_group_id = ${group} AND NOT is_deleted ORDER BY id`;
  return rows.map(({ member }) => member);
}

/** Whether the group, if it has live members, has one face, which is active if any of them is. */
async function expectOneFace(group: string): Promise<void> {
  const [row] = await sql`
    SELECT count(*)::int AS members, count(*) FILTER (WHERE is_active)::int AS active,
           count(*) FILTER (WHERE is_group_primary)::int AS faces,
           count(*) FILTER (WHERE is_group_primary AND is_active)::int AS active_faces,
           count(DISTINCT options::jsonb)::int AS different
      FROM products WHERE variant_group_id = ${group} AND NOT is_deleted`;
  const { members, active, faces, active_faces, different } = row ?? {};
  expect({ faces, active_faces, different }).toEqual({
    faces: members === 0 ? 0 : 1,
    active_faces: active === 0 ? 0 : 1,
    different: members,
  });
}

function expectRefusal(answer: Answer, pointer: string, code: string): void {
  expectProblem(answer, 422, 'validation_failed');
  expect(answer.body.errors).toEqual([{ pointer, code, message: expect.any(String) }]);
}

describe('a group', () => {
  it('begins with options, and takes others', async () => {
    const first = await adminProduct({ options: { Size: 'S', Colour: 'Red' } });
    expect(first).toMatchObject({ variant_group_id: expect.any(String), is_group_primary: true, version: 1 });
    const { variant_group_id } = first;
    const { status, body, headers } = await postProduct({ variant_group_id, options: { Colour: 'Red', Size: 'M' } });
    expect([status, headers.get('server-timing')]).toEqual([201, 'db;desc="2"']);
    expect(body).toMatchObject({ variant_group_id, is_group_primary: false, version: 1 });
    expect(Object.keys(body.options)).toEqual(['Colour', 'Size']);
    expect((await readProduct(first.id)).version).toBe(1);
    const shown = (await api('GET', `/v1/products/${first.id}`)).body;
    expect(shown.variants.map(({ options }: Answer['body']) => options)).toEqual([first.options, body.options]);
    const listed = (await api('GET', `/v1/admin/products?q=${first.sku}`, { token: await manager() })).body;
    expect(listed.data).toMatchObject([{ id: first.id, is_group_primary: true }]);
  });

  it('takes a new face with a new variant', async () => {
    const { group, members } = await newGroup('S');
    const face = await adminProduct({ options: { Size: 'M' }, variant_group_id: group, is_group_primary: true });
    expect(face).toMatchObject({ is_group_primary: true, version: 1 });
    expect(await membersOf(group)).toEqual(['S', 'M*']);
    expect((await readProduct(members[0].id)).version).toBe(2);
    const entries = await auditOf(members[0].id, 2);
    expect(entries[1]).toMatchObject({ before: { is_group_primary: true }, after: { is_group_primary: false } });
    const [created] = await auditOf(face.id, 1);
    expect(created.after).toMatchObject({ is_group_primary: true, options: { Size: 'M' }, variant_group_id: group });
  });

  it('takes a product that was single, and lets go of it', async () => {
    const { group, members } = await newGroup('S');
    const single = await adminProduct();
    const joined = await patchProduct(single.id, { variant_group_id: group, options: { Size: 'M' } });
    expect(joined.body).toMatchObject({ variant_group_id: group, is_group_primary: false, version: 2 });
    const left = await patchProduct(single.id, { variant_group_id: null });
    expect(left.body).toEqual({ ...single, version: 3, updated_at: expect.any(String) });
    expect(await membersOf(group)).toEqual(['S*']);
    const own = await patchProduct(members[0].id, { options: null });
    expect(own.body).toMatchObject({ variant_group_id: null, options: null, is_group_primary: true });
    expect(await membersOf(group)).toEqual([]);
    expectRefusal(
      await patchProduct(single.id, { variant_group_id: group, options: { Size: 'M' } }),
      '/variant_group_id',
      'invalid_reference',
    );
  });

  it('gives its face away to another group, and has a new one', async () => {
    const [from, to] = [await newGroup('S', 'M', 'L'), await newGroup('XL')];
    const moved = await patchProduct(from.members[0].id, { variant_group_id: to.group, is_group_primary: true });
    expect(moved.body).toMatchObject({ variant_group_id: to.group, is_group_primary: true, version: 2 });
    expect([await membersOf(from.group), await membersOf(to.group)]).toEqual([
      ['M*', 'L'],
      ['S*', 'XL'],
    ]);
    // It was a face and is one: only the group is another.
    const [, entry] = await auditOf(moved.body.id, 2);
    expect([entry.before, entry.after]).toEqual([{ variant_group_id: from.group }, { variant_group_id: to.group }]);
    const begun = await patchProduct(moved.body.id, { variant_group_id: null, options: { Weight: 'Light' } });
    expect(begun.body.is_group_primary).toBe(true);
    expect([from.group, to.group, null]).not.toContain(begun.body.variant_group_id);
    expect(await membersOf(to.group)).toEqual(['XL*']);
  });

  it('of one may be told anew what it is about', async () => {
    const { members } = await newGroup('S');
    const { body } = await patchProduct(members[0].id, { options: { Colour: 'Red', Size: 'S' } });
    expect(body.options).toEqual({ Colour: 'Red', Size: 'S' });
    expect(body.variant_group_id).toBe(members[0].variant_group_id);
  });

  it.each([
    [{ options: { Size: 'M' } }, '/options', 'duplicate_variant'],
    [{ options: { Colour: 'Red' } }, '/options', 'option_names_differ'],
    [{ options: { Size: 'L', Colour: 'Red' } }, '/options', 'option_names_differ'],
    [{ options: null }, '/options', 'required'],
    [{ options: {} }, '/options', 'invalid_options'],
    [{ options: { a: '1', b: '2', c: '3', d: '4' } }, '/options', 'invalid_options'],
    [{ options: { ' Size': 'L' } }, '/options', 'invalid_options'],
    [{ options: { Size: '' } }, '/options/Size', 'too_small'],
    [{ options: { Size: 'x'.repeat(101) } }, '/options/Size', 'too_big'],
    [{ options: { Size: 1 } }, '/options/Size', 'invalid_type'],
    [{ options: { Size: 'L' }, variant_group_id: randomUUID() }, '/variant_group_id', 'invalid_reference'],
    [{ options: { Size: 'L' }, is_group_primary: true, is_active: false }, '/is_group_primary', 'face_inactive'],
  ])('takes no %j', async (fields, pointer, code) => {
    const { group, members } = await newGroup('S', 'M');
    const before = await Promise.all(members.map(({ id }) => stored(id)));
    const change = { variant_group_id: group, ...fields };
    const sku = `SKU-${randomUUID()}`;
    expectRefusal(await postProduct({ sku, ...change }), pointer, code);
    expect(await sql`SELECT id FROM products WHERE sku = ${sku}`).toEqual([]);
    const single = await adminProduct();
    const singleBefore = await stored(single.id);
    expectRefusal(await patchProduct(single.id, change), pointer, code);
    expect(await stored(single.id)).toEqual(singleBefore);
    const member = await adminProduct({ variant_group_id: group, options: { Size: 'XL' } });
    const memberBefore = await stored(member.id);
    expectRefusal(await patchProduct(member.id, change), pointer, code);
    expect(await stored(member.id)).toEqual(memberBefore);
    expect(await Promise.all(members.map(({ id }) => stored(id)))).toEqual(before);
  });

  it('is forgotten with its last product, whose options are free again before', async () => {
    const { group, members } = await newGroup('S', 'M');
    await deleteProduct(members[1].id);
    const again = await adminProduct({ variant_group_id: group, options: { Size: 'M' } });
    for (const { id } of [again, members[0]]) expect((await deleteProduct(id)).status).toBe(204);
    expectRefusal(
      await postProduct({ variant_group_id: group, options: { Size: 'L' } }),
      '/variant_group_id',
      'invalid_reference',
    );
  });
});

describe('the face', () => {
  it('moves to whom it is given', async () => {
    const { group, members } = await newGroup('S', 'M', 'L');
    const { body } = await patchProduct(members[2].id, { is_group_primary: true });
    expect(body).toMatchObject({ is_group_primary: true, version: 2 });
    expect(await membersOf(group)).toEqual(['S', 'M', 'L*']);
    expect((await Promise.all(members.map(({ id }) => readProduct(id)))).map(({ version }) => version)).toEqual([
      2, 1, 2,
    ]);
    const [, entry] = await auditOf(members[2].id, 2);
    expect(entry).toMatchObject({ before: { is_group_primary: false }, after: { is_group_primary: true } });
    expect(Object.keys(entry.after)).toEqual(['is_group_primary']);
    expect((await auditOf(members[0].id, 2))[1].after).toEqual({ is_group_primary: false });
    const listed = await api('GET', `/v1/products?category=${body.category_id}&limit=100`);
    const ids = new Set(listed.body.data.map(({ id }: Answer['body']) => id));
    expect(members.map(({ id }) => ids.has(id))).toEqual([false, false, true]);
  });

  it('does not resign by itself', async () => {
    const { group, members } = await newGroup('S', 'M');
    const before = await stored(members[0].id);
    expectRefusal(
      await patchProduct(members[0].id, { is_group_primary: false, price: '1' }),
      '/is_group_primary',
      'face_required',
    );
    expect(await stored(members[0].id)).toEqual(before);
    const unchanged = await stored(members[1].id);
    expect((await patchProduct(members[1].id, { is_group_primary: false })).status).toBe(200);
    expect(await stored(members[1].id)).toEqual(unchanged);
    expect(await membersOf(group)).toEqual(['S*', 'M']);
  });

  it('passes to the first active variant when it is deleted', async () => {
    const { group, members } = await newGroup('S', 'M', 'L', 'XL');
    await patchProduct(members[1].id, { is_active: false });
    await deleteProduct(members[0].id);
    expect(await membersOf(group)).toEqual(['(M)', 'L*', 'XL']);
    const [, entry] = await auditOf(members[2].id, 2);
    expect(entry).toMatchObject({ action: 'product.updated', after: { is_group_primary: true } });
    await deleteProduct(members[2].id);
    await deleteProduct(members[3].id);
    expect(await membersOf(group)).toEqual(['(M*)']);
  });

  it('passes on when it is taken off sale, and comes back to who is for sale', async () => {
    const { group, members } = await newGroup('S', 'M');
    const off = await patchProduct(members[0].id, { is_active: false });
    expect(off.body).toMatchObject({ is_active: false, is_group_primary: false, version: 2 });
    expect(off.headers.get('etag')).toBe('"2"');
    expect(await membersOf(group)).toEqual(['(S)', 'M*']);
    expect((await patchProduct(members[1].id, { is_active: false })).body.is_group_primary).toBe(true);
    expect(await membersOf(group)).toEqual(['(S)', '(M*)']);
    expectRefusal(await patchProduct(members[0].id, { is_group_primary: true }), '/is_group_primary', 'face_inactive');
    expect((await patchProduct(members[0].id, { is_active: true })).body).toMatchObject({ is_group_primary: true });
    expect(await membersOf(group)).toEqual(['S*', '(M)']);
    const entries = await auditOf(members[0].id, 5);
    expect(entries.map(({ after }) => Object.keys(after)).slice(1)).toEqual(
      expect.arrayContaining([['is_active'], ['is_group_primary'], ['is_active'], ['is_group_primary']]),
    );
  });
});

describe('at once', () => {
  it('one of twenty gets the same options', async () => {
    const { group } = await newGroup('S');
    const answers = await times(20, () => postProduct({ variant_group_id: group, options: { Size: 'M' } }));
    expect(statuses(answers)).toEqual({ 201: 1, 422: 19 });
    for (const answer of answers.filter(({ status }) => status === 422)) {
      expectRefusal(answer, '/options', 'duplicate_variant');
    }
    expect(await membersOf(group)).toEqual(['S*', 'M']);
  });

  it('all of twenty get options of their own, and one of them the face', async () => {
    const { group } = await newGroup('S');
    const answers = await times(20, (i) =>
      postProduct({ variant_group_id: group, options: { Size: String(i) }, is_group_primary: true }),
    );
    expect(statuses(answers)).toEqual({ 201: 20 });
    expect(await membersOf(group)).toHaveLength(21);
    await expectOneFace(group);
  });

  it('one of two groups of options wins', async () => {
    const { group, members } = await newGroup('S');
    const answers = await Promise.all([
      ...['M', 'L'].map((Size) => postProduct({ variant_group_id: group, options: { Size } })),
      patchProduct(members[0].id, { options: { Colour: 'Red' } }),
      ...['Blue', 'Green'].map((Colour) => postProduct({ variant_group_id: group, options: { Colour } })),
    ]);
    expect(answers.filter(({ status }) => ![200, 201, 422].includes(status))).toEqual([]);
    const [names] = await sql`
      SELECT count(DISTINCT (SELECT array_agg(name) FROM json_object_keys(options) AS name))::int AS kinds
        FROM products WHERE variant_group_id = ${group} AND NOT is_deleted`;
    expect(names).toEqual({ kinds: 1 });
    await expectOneFace(group);
  });

  it('everybody becomes the face, one after the other', async () => {
    const { group, members } = await newGroup('A', 'B', 'C', 'D', 'E', 'F', 'G', 'H');
    const answers = await Promise.all(
      members.slice(1).map(({ id }) => patchProduct(id, { is_group_primary: true }, 1)),
    );
    expect(statuses(answers)).toEqual({ 200: 7 });
    await expectOneFace(group);
    const versions = (await Promise.all(members.map(({ id }) => readProduct(id)))).map(({ version }) => version);
    // Whoever became the face and lost it again was changed twice.
    expect(versions.toSorted((a, b) => a - b)).toEqual([2, 2, 3, 3, 3, 3, 3, 3]);
  });

  it('two groups exchange their faces', async () => {
    for (let round = 0; round < 3; round++) {
      const [one, other] = [await newGroup('A', 'B', 'C'), await newGroup('D', 'E', 'F')];
      const answers = await Promise.all([
        ...one.members.map(({ id }) => patchProduct(id, { variant_group_id: other.group })),
        ...other.members.map(({ id }) => patchProduct(id, { variant_group_id: one.group, is_group_primary: true })),
      ]);
      expect(answers.filter(({ status }) => ![200, 412, 422].includes(status))).toEqual([]);
      await expectOneFace(one.group);
      await expectOneFace(other.group);
    }
  });

  it('whatever happens, a group has one face', async () => {
    const Action = fc.tuple(
      fc.constantFrom(
        'delete',
        'deactivate',
        'activate',
        'face',
        'leave',
        'add',
        'add as face',
        'add inactive',
        'rename',
      ),
      fc.nat({ max: 4 }),
    );
    const act = async ([action, i]: [string, number], group: string, id: string): Promise<Answer> => {
      const options = { Size: String(i) };
      switch (action) {
        case 'delete':
          return deleteProduct(id);
        case 'deactivate':
        case 'activate':
          return patchProduct(id, { is_active: action === 'activate' });
        case 'face':
          return patchProduct(id, { is_group_primary: true });
        case 'leave':
          return patchProduct(id, { variant_group_id: null });
        case 'rename':
          return patchProduct(id, { options });
        case 'add as face':
          return postProduct({ variant_group_id: group, options, is_group_primary: true });
        default:
          return postProduct({ variant_group_id: group, options, is_active: action === 'add' });
      }
    };
    await fc.assert(
      fc.asyncProperty(fc.array(Action, { minLength: 6, maxLength: 12 }), async (actions) => {
        const { group, members } = await newGroup('A', 'B', 'C', 'D', 'E');
        const answers = await Promise.all(actions.map((action) => act(action, group, members[action[1]].id)));
        expect(answers.filter(({ status }) => ![200, 201, 204, 404, 412, 422].includes(status))).toEqual([]);
        await expectOneFace(group);
      }),
      { numRuns: 12, endOnFailure: true },
    );
  }, 120_000);
});
