import { randomUUID } from 'node:crypto';

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { type Cells, csv, importCsv, unique } from './support/catalogue.ts';
import { type Answer, api, expectProblem } from './support/client.ts';
import { sqlOf } from './support/databases.ts';

const sql = sqlOf('products');

/** A made-up word of letters that nothing else in the shop has, and that English grammar leaves alone. */
const newWord = () =>
  `q${randomUUID()
    .replaceAll('-', '')
    .slice(0, 10)
    .replaceAll(/\d/g, (digit) => 'ghjklmnprt'[Number(digit)] ?? '')}k`;

/** Imports products that cost 1.00, in this order, and answers their handles. */
async function load(...records: (Cells & { Title: string })[]): Promise<string[]> {
  const rows = records.map((cells) => ({ Handle: unique(), 'Variant Price': '1', ...cells }));
  const { body } = await importCsv(csv(...rows));
  expect(body).toEqual({ created: records.length, updated: 0, skipped: 0, errors: [] });
  return rows.map(({ Handle }) => Handle);
}

const search = (q: string, query = '') => api('GET', `/v1/products?q=${encodeURIComponent(q)}${query}`);

async function namesFor(q: string, query = ''): Promise<string[]> {
  const { status, body } = await search(q, query);
  expect(status, JSON.stringify(body)).toBe(200);
  return body.data.map(({ name }: Answer['body']) => name);
}

/** Sets the rating of a product, as its reviews would. */
async function rate(handle: string, sum: number, count: number): Promise<void> {
  await sql`UPDATE products SET rating_sum = ${sum}, rating_count = ${count} WHERE slug = ${handle}`;
}

describe('a search', () => {
  it('looks at names, codes, vendors, tags and descriptions, in one round trip', async () => {
    const [byName, byVendor, byTag, byText, bySku, byBarcode] = Array.from({ length: 6 }, newWord);
    await load({
      Title: `Brass ${byName} Kettle`,
      Vendor: `${byVendor} & Sons`,
      Tags: `new, ${byTag}`,
      'Body (HTML)': `<p>Boils ${byText} water.</p>`,
      'Variant SKU': `${bySku}-12/B`,
      'Variant Barcode': `00${byBarcode}`,
    });
    const name = `Brass ${byName} Kettle`;
    for (const q of [
      ...[byName, byVendor, byTag, byText, bySku].map(String),
      `00${byBarcode}`,
      `${bySku}-12/B`,
      `${bySku} 12`,
      `${bySku}12b`,
      `kettle ${byText} "brass" ${byVendor?.toUpperCase()}`,
    ]) {
      const { body, headers } = await search(q);
      expect([q, body.data.map((row: Answer['body']) => row.name)]).toEqual([q, [name]]);
      expect(headers.get('server-timing')).toBe('db;desc="1"');
    }
    expect(await namesFor(`${byName} ${newWord()}`)).toEqual([]);
  });

  it('does not take markup for text', async () => {
    const [tag, attribute, text, behind] = Array.from({ length: 4 }, newWord);
    await load({
      Title: `Markup ${text}`,
      'Body (HTML)': `<${tag} class="${attribute}">one&nbsp;${behind}</${tag}>`,
    });
    expect(await namesFor(`${behind}`)).toEqual([`Markup ${text}`]);
    expect(await namesFor(`nbsp ${text}`)).toEqual([]);
    expect(await namesFor(`${tag}`)).toEqual([]);
    expect(await namesFor(`${attribute}`)).toEqual([]);
  });

  it('ignores upper case, accents, punctuation, endings and the commonest words', async () => {
    const word = newWord();
    const name = `Crème ${word}-brûlée Boxes for the Straße`;
    await load({ Title: name });
    for (const q of [
      `creme ${word}`,
      `CRÈME ${word.toUpperCase()}`,
      `cre\u0300me ${word}`,
      `${word} brulee`,
      `${word} box`,
      `${word} boxes`,
      `${word} boxing`,
      `the box of ${word}`,
      `strasse, ${word}!`,
      `${word} <-> & | ! ( ) : * ' "`,
    ]) {
      expect([q, await namesFor(q)]).toEqual([q, [name]]);
    }
  });

  it('finds longer words while the last one is typed', async () => {
    const word = newWord();
    const name = `${word} Wandering Lanterns`;
    await load({ Title: name });
    for (const part of ['wander', 'wanderi', 'wanderin', 'wandering', 'lantern', 'lant', 'la']) {
      expect([part, await namesFor(`${word} ${part}`)]).toEqual([part, [name]]);
    }
    for (let length = 6; length < word.length; length++) {
      expect(await namesFor(word.slice(0, length))).toEqual([name]);
    }
    // Several unfinished words count if there is nothing better.
    expect(await namesFor(`${word.slice(0, 8)} wand`)).toEqual([name]);
    expect(await namesFor(`${word} andering`)).toEqual([name]);
  });

  it('forgives slips if nothing is spelt like that', async () => {
    const word = newWord();
    const [a, b] = [word.slice(0, 5), word.slice(5)];
    const name = `Sturdy ${word}`;
    await load({ Title: name }, { Title: 'Other', 'Body (HTML)': word });
    for (const slip of [
      `${a}${b.slice(1)}`,
      `${a}z${b}`,
      `${a}z${b.slice(1)}`,
      `${a.slice(0, 4)}${b[0]}${a[4]}${b.slice(1)}`,
      word.slice(1),
      `${word}s`.toUpperCase(),
      `sturdi ${a}z${b}`,
    ]) {
      expect([slip, (await namesFor(slip))[0]]).toEqual([slip, name]);
      expect([slip, await namesFor(slip, '&sort=price')]).toEqual([slip, await namesFor(slip, '&sort=price')]);
    }
    expect(await namesFor(`${a}z${b}`)).toEqual([name, 'Other']);
    expect(await namesFor(`${a}z${b}`, '&sort=created_at')).toEqual([name, 'Other']);
    expect(await namesFor(`${a}z${b}`, '&sort=-price&price[gte]=2')).toEqual([]);
    const { body } = await search(`${a}z${b}`, '&include=facets,total');
    expect([body.page.total, body.facets.availability]).toEqual([2, [{ status: 'out_of_stock', count: 2 }]]);
    expect(await namesFor(newWord())).toEqual([]);
  });

  it('corrects only what nothing is called', async () => {
    const word = newWord();
    const slip = `${word.slice(0, 5)}z${word.slice(6)}`;
    await load({ Title: `Right ${word}` }, { Title: 'Typo', 'Body (HTML)': slip });
    expect(await namesFor(slip)).toEqual(['Typo']);
    expect(await namesFor(`right ${slip}`)).toEqual([`Right ${word}`]);
  });

  it('shows what is for sale only, a group once', async () => {
    const word = newWord();
    const options = (value: string) => ({ 'Option1 Name': 'Size', 'Option1 Value': value });
    const handle = unique();
    const [hidden = '', deleted = ''] = await load({ Title: `Hidden ${word}` }, { Title: `Deleted ${word}` });
    await importCsv(
      csv(
        { Handle: handle, Title: `Group ${word}`, 'Variant Price': '1', ...options('S') },
        { Handle: handle, Title: '', 'Variant Price': '1', ...options('M') },
      ),
    );
    await sql`UPDATE products SET is_active = false WHERE slug = ${hidden}`;
    await sql`UPDATE products SET is_deleted = true WHERE slug = ${deleted}`;
    expect(await namesFor(word)).toEqual([`Group ${word}`]);
    expect((await search(word, '&include=total&sort=price')).body.page.total).toBe(1);
  });

  it('shows the group of a variant by the SKU and the barcode of each, in one round trip', async () => {
    const [word, other, withdrawn] = [newWord(), newWord(), newWord()];
    const [handle, digits] = [unique(), String(Date.now())];
    const size = (value: string, cells: Cells) => ({
      Handle: handle,
      Title: '',
      'Option1 Value': value,
      'Variant Price': '1',
      'Variant Inventory Qty': '20',
      ...cells,
    });
    await load(
      size('S', { Title: 'Coded group', Type: handle, 'Option1 Name': 'Size' }),
      size('M', { 'Variant SKU': `${word}-M/12`, 'Variant Barcode': `97-${digits}` }),
      size('L', { 'Variant SKU': `${other}.Ö`, 'Variant Barcode': `${word}m12` }),
      size('XL', { 'Variant SKU': withdrawn }),
      size('XXL', { 'Variant SKU': `${withdrawn}-2` }),
    );
    for (const q of [
      `${word}-M/12`,
      `${word.toUpperCase()} m 12`,
      `${other}.ö`,
      `${other}/O`,
      `97${digits}`,
      `97-${digits}`,
    ]) {
      for (const query of [
        '',
        '&sort=price',
        '&sort=-name&limit=1',
        `&category=${handle}`,
        '&in_stock=true&price[lte]=1',
      ]) {
        const { body, headers } = await search(q, query);
        expect([q, query, body.data.map((row: Answer['body']) => row.slug)]).toEqual([q, query, [handle]]);
        expect([body.page.has_more, headers.get('server-timing')]).toEqual([false, 'db;desc="1"']);
      }
      const { body } = await search(q, '&include=facets,total');
      expect(body.page).toMatchObject({ total: 1, is_total_estimate: false });
      expect(body.facets.availability).toEqual([{ status: 'in_stock', count: 1 }]);
      expect(await namesFor(q, '&price[gte]=2')).toEqual([]);
      expect(await namesFor(q, '&in_stock=false')).toEqual([]);
    }
    await sql`UPDATE products SET is_active = false WHERE sku = ${withdrawn}`;
    await sql`UPDATE products SET is_deleted = true, deleted_at = now() WHERE sku = ${`${withdrawn}-2`}`;
    expect(await namesFor(withdrawn)).toEqual([]);
    expect(await namesFor(`${withdrawn}-2`)).toEqual([]);
  });

  it('has a group once, and no other less, where words and the code of a variant fit', async () => {
    const word = newWord();
    const handle = unique();
    const both = unique();
    const group = (name: string, title: string, sku: string): (Cells & { Title: string })[] => [
      { Handle: name, Title: title, 'Option1 Name': 'Size', 'Option1 Value': 'S', 'Variant SKU': `${name}-s` },
      { Handle: name, Title: '', 'Option1 Value': 'M', 'Variant SKU': sku },
    ];
    await load(
      ...group(handle, 'By its code', `${word}-m`),
      ...group(both, `By both ${word} m`, `${word}/M`),
      ...Array.from({ length: 5 }, (_, index) => ({ Title: `Named ${word} m ${index}` })),
      { Title: 'Said of it', 'Body (HTML)': `${word} m` },
    );
    for (const query of ['', '&sort=name', '&sort=created_at']) {
      const whole = await namesFor(`${word}-m`, `${query}&limit=100`);
      expect(whole.toSorted()).toEqual(
        [
          'By its code',
          `By both ${word} m`,
          'Said of it',
          ...[0, 1, 2, 3, 4].map((n) => `Named ${word} m ${n}`),
        ].toSorted(),
      );
      for (const limit of [1, 2, 7]) {
        const seen: string[] = [];
        let path: string | undefined = `/v1/products?q=${word}-m${query}&limit=${limit}`;
        while (path !== undefined) {
          const { body, headers }: Answer = await api('GET', path);
          seen.push(...body.data.map(({ name }: Answer['body']) => name));
          path = /^<(.+)>; rel="next"$/.exec(headers.get('link') ?? '')?.[1];
        }
        expect([query, limit, seen]).toEqual([query, limit, whole]);
      }
    }
    expect((await namesFor(`${word}-m`)).slice(0, 2)).toEqual([`By both ${word} m`, 'By its code']);
    expect((await search(`${word}-m`, '&include=facets,total')).body.page.total).toBe(8);
  });

  it('answers any text', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 }), async (text) => {
        const { status } = await search(text);
        expect([text, status]).toEqual([text, /[\p{L}\p{N}]/u.test(text) ? 200 : 422]);
      }),
      { numRuns: 40 },
    );
    // The database's own idea of letters may differ from ours: no text makes it fail.
    await fc.assert(
      fc.asyncProperty(fc.array(fc.string({ unit: 'binary' }), { maxLength: 100 }), async (texts) => {
        const wellFormed = texts.map((text) => text.replaceAll('\0', '').toWellFormed());
        const [row] = await sql`
          SELECT count(*)::int AS texts, count(similar_query(text) || of_name(product_query(text, true)))::int AS queries
            FROM unnest(${wellFormed}::text[]) AS text`;
        expect(row).toEqual({ texts: texts.length, queries: expect.any(Number) });
      }),
      { numRuns: 20 },
    );
  });

  it('refuses what is no search', async () => {
    for (const query of [
      'q=',
      'q=%20',
      'q=!?',
      `q=${'x'.repeat(201)}`,
      'q=a%00b',
      'sort=relevance',
      'sort=-name&q=-',
    ]) {
      expectProblem(await api('GET', `/v1/products?${query}`), 422, 'validation_failed');
    }
    const { body } = await api('GET', '/v1/products?sort=relevance');
    expect(body.errors).toEqual([{ parameter: 'sort', code: 'needs_search', message: expect.any(String) }]);
    expect((await api('GET', '/v1/products?q=%E2%80%93')).body.errors).toEqual([
      { parameter: 'q', code: 'no_words', message: expect.any(String) },
    ]);
    expectProblem(await api('GET', '/v1/products?q=lamp&q=chair'), 422, 'validation_failed');
  });
});

describe('the order by relevance', () => {
  it('is names, then longer words, then what is said; within each by rating, then the newest', async () => {
    const word = newWord();
    const titles = [
      'said of it, unrated',
      `${word}like, unrated`,
      `${word}, unrated`,
      `old ${word}, unrated`,
      'said of it, rated',
      `${word}ish, rated`,
      `whole ${word}, rated well`,
      `whole ${word}, rated best`,
    ];
    const handles = await load(...titles.map((Title) => ({ Title, 'Body (HTML)': `<b>${word}</b>`, Type: word })));
    await rate(handles[4] ?? '', 5, 1);
    await rate(handles[5] ?? '', 3, 1);
    await rate(handles[6] ?? '', 8, 2);
    await rate(handles[7] ?? '', 9, 2);
    const expected = [7, 6, 3, 2, 5, 1, 4, 0].map((index) => titles[index]);
    expect(await namesFor(word)).toEqual(expected);
    expect(await namesFor(word, '&sort=relevance')).toEqual(expected);
    expect(await namesFor(word, `&category=${word}`)).toEqual(expected);
    expect(await namesFor(word, '&rating[gte]=4')).toEqual([7, 6, 4].map((index) => titles[index]));
    expect(await namesFor(word, '&sort=created_at&limit=100')).toEqual(titles);
    expect(await namesFor(word, '&sort=name')).toEqual(titles.toSorted());
    expect(await namesFor(`${word} whole`)).toEqual([7, 6].map((index) => titles[index]));
  });

  it('has each product once on its pages, however long they are', async () => {
    const word = newWord();
    const titles = Array.from({ length: 23 }, (_, index) => {
      if (index % 3 === 0) return `Named ${word} ${index}`;
      return index % 3 === 1 ? `Longer ${word}x ${index}` : `Other ${index}`;
    });
    const handles = await load(...titles.map((Title) => ({ Title, 'Body (HTML)': word, Type: word })));
    for (const [index, handle] of handles.entries()) if (index % 4 > 0) await rate(handle, index % 4, 1);
    const slip = `${word.slice(0, 4)}z${word.slice(5)}`;
    for (const q of [word, slip]) {
      for (const [query, limits] of [
        ['', [1, 5, 22, 23]],
        [`&category=${word}`, [7]],
        ['&sort=-rating', [8]],
        ['&sort=name', [9]],
      ] as const) {
        const whole = await namesFor(q, `${query}&limit=100`);
        expect(whole.toSorted()).toEqual(titles.toSorted());
        for (const limit of limits) {
          const seen: string[] = [];
          let path: string | undefined = `/v1/products?q=${q}${query}&limit=${limit}`;
          while (path !== undefined) {
            const { body, headers }: Answer = await api('GET', path);
            seen.push(...body.data.map(({ name }: Answer['body']) => name));
            expect(body.page.has_more).toBe(seen.length < titles.length);
            path = /^<(.+)>; rel="next"$/.exec(headers.get('link') ?? '')?.[1];
          }
          expect([q, query, limit, seen]).toEqual([q, query, limit, whole]);
        }
      }
    }
  });

  it('binds cursors to the search', async () => {
    const word = newWord();
    await load({ Title: `One ${word}` }, { Title: `Two ${word}` });
    const { body } = await search(word, '&limit=1');
    const cursor: string = body.page.next_cursor;
    expect((await search(`"${word}"`, `&limit=1&cursor=${cursor}`)).body.data).toHaveLength(1);
    for (const query of [
      `q=${word}x&cursor=${cursor}`,
      `q=${word}&sort=-rating&cursor=${cursor}`,
      `q=${word}&in_stock=true&cursor=${cursor}`,
      `cursor=${cursor}`,
      ...['9|5.00', '1|6.00', '5.00', "1|0.00'"].map((key) => `q=${word}&cursor=${withKey(cursor, key)}`),
    ]) {
      expectProblem(await api('GET', `/v1/products?${query}`), 400, 'invalid_cursor');
    }
    expect((await search(word, `&cursor=${withKey(cursor, '3|5.00')}`)).body.data).toEqual([]);
  });
});

/** The cursor with another sort key. */
function withKey(cursor: string, key: string): string {
  const content = JSON.parse(Buffer.from(cursor, 'base64url').toString());
  return Buffer.from(JSON.stringify({ ...content, key })).toString('base64url');
}
