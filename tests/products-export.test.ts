import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { parse } from 'csv-parse/sync';
import { afterAll, afterEach, describe, expect, it } from 'vitest';

import { type Cells, csv, importCsv, unique } from './support/catalogue.ts';
import { api, expectProblem, staff } from './support/client.ts';
import { sqlOf } from './support/databases.ts';
import { emptyShop, type Shop } from './support/empty-shop.ts';
import { manager, shopUrl } from './support/shop.ts';

const path = '/v1/admin/products/export';
const productsSql = sqlOf('products');
const opened: Shop[] = [];

async function openShop(): Promise<Shop> {
  const shop = await emptyShop();
  opened.push(shop);
  return shop;
}

afterEach(async () => {
  for (const shop of opened.splice(0)) await shop.close();
});

const demo = (name: string) => readFileSync(join(import.meta.dirname, '../tools/demo', name), 'utf8');
const recordsOf = (file: string): Record<string, string>[] => parse(file, { columns: true });

/** All that a catalogue says, without the ids and times that every shop has its own of. */
function contentOf(shop: Shop) {
  return shop.query(`
    WITH RECURSIVE lineage AS (
      SELECT id, name::text AS path FROM categories WHERE parent_id IS NULL
      UNION ALL
      SELECT child.id, lineage.path || ' / ' || child.name FROM categories child JOIN lineage ON child.parent_id = lineage.id)
    SELECT product.slug, lineage.path AS category, face.slug AS face, product.name, product.description,
           product.short_description, product.price, product.compare_at_price, product.cost_price, product.sku,
           product.barcode, product.is_active, product.is_featured, product.weight, product.dimensions,
           product.meta_title, product.meta_description, product.vendor, product.tags, product.options::text,
           product.is_group_primary, stock.quantity, stock.reserved_quantity, stock.low_stock_threshold,
           stock.allow_backorder,
           (SELECT json_agg(json_build_array(image_url, alt_text, is_primary) ORDER BY display_order, id)
              FROM product_images WHERE product_id = product.id) AS images
      FROM products product
      JOIN lineage ON lineage.id = product.category_id
      JOIN product_inventory stock ON stock.product_id = product.id
      LEFT JOIN products face ON face.variant_group_id = product.variant_group_id AND face.is_group_primary
     WHERE NOT product.is_deleted
     ORDER BY product.slug`);
}

/** Exports, imports into an empty shop, exports again: all of it must be the same. Answers the file. */
async function roundTrip(shop: Shop): Promise<string> {
  const file = await shop.export();
  const other = await openShop();
  const products = await contentOf(shop);
  expect(await other.import(file)).toEqual({ created: products.length, updated: 0, skipped: 0, errors: [] });
  expect(await contentOf(other)).toEqual(products);
  expect(await other.export()).toBe(file);
  const before = await shop.query('SELECT id, version, updated_at FROM products ORDER BY id');
  const unchanged = { created: 0, updated: 0, skipped: products.length, errors: [] };
  expect(await shop.import(file, { updateStock: true })).toEqual(unchanged);
  expect(await shop.query('SELECT id, version, updated_at FROM products ORDER BY id')).toEqual(before);
  return file;
}

describe('an export imported into an empty shop gives the same shop', () => {
  it('with the demo catalogues', async () => {
    const shop = await openShop();
    await shop.import(demo('apparel.csv'));
    await shop.import(demo('home-and-garden.csv'));
    const file = await roundTrip(shop);
    expect(recordsOf(file)).toHaveLength(43);
    expect(recordsOf(file).filter(({ Handle }) => Handle === 'clay-plant-pot')).toMatchObject([
      {
        Title: 'Clay Plant Pot',
        Type: 'Outdoor',
        Tags: 'Pot, Plants',
        'Option1 Name': 'Size',
        'Option1 Value': 'Regular',
        'Variant Price': '9.99',
        'Image Src': 'https://burst.shopifycdn.com/photos/single-sprout-in-a-pot_925x.jpg',
        'Category Path': '["Outdoor"]',
      },
      {
        Title: '',
        'Option1 Name': '',
        'Option1 Value': 'Large',
        'Variant SKU': 'CLAY-PLANT-POT-LARGE',
        'Image Src': 'https://burst.shopifycdn.com/photos/pot-with-a-single-sprout_925x.jpg',
        'Variant Overrides': '',
      },
    ]);
  });

  it('with everything that a file can bring', async () => {
    const shop = await openShop();
    const pot = { Handle: 'pot', 'Variant Price': '9.99' };
    const image = (name: string, position: number, more: Cells = {}) => ({
      'Image Src': `https://example.com/${name}.jpg`,
      'Image Position': `${position}`,
      ...more,
    });
    const file = csv(
      {
        ...pot,
        Title: `"Pot", the 'best' 🪴`,
        'Body (HTML)': '=SUM(A1)\r\n<p>"a", b</p>\n\n ',
        Vendor: '@vendor',
        Tags: '-sale, Café, +1',
        'Option1 Name': 'Size',
        'Option1 Value': 'S',
        'Option2 Name': 'Colour, inside',
        'Option2 Value': '"Red"',
        'Option3 Name': 'Part',
        'Option3 Value': '=x 1',
        'SEO Title': "'=quoted",
        'SEO Description': '\tTabbed\nlines',
        'Short Description': "''-short",
        Featured: 'true',
        'Category Path': '["Home","Garden, \\"big\\"","=Pots"]',
        'Variant SKU': '+sku-1',
        'Variant Barcode': '-0012',
        'Variant Grams': '1250',
        'Variant Length': '12.5',
        'Variant Width': '3',
        'Variant Height': '0.25',
        'Variant Inventory Qty': '7',
        'Variant Inventory Policy': 'continue',
        'Variant Low Stock Threshold': '0',
        'Variant Compare At Price': '5.00',
        'Cost per item': '1',
        ...image('b', 2, { 'Image Primary': 'true', 'Image Alt Text': '=alt' }),
      },
      { Handle: 'lamp', Title: 'Lamp', 'Variant Price': '0', Published: 'false', Status: 'draft', Tags: 'Light' },
      {
        ...pot,
        'Option1 Value': 'M',
        'Option2 Value': 'Blue',
        'Option3 Value': 'y',
        'Variant Image': 'https://example.com/m.jpg',
      },
      { Handle: 'pot', ...image('c', 3) },
      { Handle: 'lamp', ...image('l2', 2) },
      { Handle: 'lamp', ...image('l1', 1, { 'Image Alt Text': 'Lamp, "lit"' }) },
      { ...pot, 'Option1 Value': 'L', 'Option2 Value': 'Blue', 'Option3 Value': 'z', ...image('a', 1) },
    );
    expect(await shop.import(file)).toEqual({ created: 4, updated: 0, skipped: 0, errors: [] });
    const records = recordsOf(await roundTrip(shop));
    expect(
      records.map((record) => [record['Handle'], record['Variant SKU'], record['Image Src'], record['Image Primary']]),
    ).toEqual([
      ['pot', "'+sku-1", 'https://example.com/a.jpg', 'false'],
      ['pot', 'POT-M-BLUE-Y', 'https://example.com/b.jpg', 'true'],
      ['pot', 'POT-L-BLUE-Z', 'https://example.com/c.jpg', 'false'],
      ['lamp', 'LAMP', 'https://example.com/l1.jpg', 'true'],
      ['lamp', '', 'https://example.com/l2.jpg', 'false'],
    ]);
    expect(records[0]).toMatchObject({
      'Body (HTML)': `'=SUM(A1)\r\n<p>"a", b</p>\n\n `,
      Vendor: "'@vendor",
      Tags: "'-sale, Café, +1",
      'SEO Title': "'=quoted",
      'Short Description': "''-short",
      'Variant Barcode': "'-0012",
      'Variant Grams': '1250',
      'Variant Compare At Price': '5.00',
    });
    expect(records[3]).toMatchObject({ Published: 'false', Status: 'draft' });
  });

  it('with what staff have made of it since', async () => {
    const shop = await openShop();
    const sizes = ['S', 'M', 'L', 'XL'].map((size, i) => ({
      Handle: 'top',
      Title: i === 0 ? 'Top' : '',
      Type: i === 0 ? 'Tops' : '',
      'Option1 Name': i === 0 ? 'Size' : '',
      'Option1 Value': size,
      'Variant Price': '20',
      'Image Src': `https://example.com/${size}.jpg`,
    }));
    await shop.import(csv(...sizes, { Handle: 'hat', Title: 'Hat', Type: 'Hats', 'Variant Price': '5' }));
    await shop.query(`
      UPDATE products SET name = 'Top, large', slug = 'big-top', tags = '{"a,b",c}', short_description = 'Big',
        description = ' ', vendor = '', dimensions = '{"width": 1e-7, "length": 2, "height": 3}', is_featured = true
       WHERE slug = 'top-l'`);
    await shop.query(`UPDATE products SET is_active = false, options = '{"Size":"M","Fit":"*"}' WHERE slug = 'top-m'`);
    await shop.query(`
      UPDATE products SET is_group_primary = false, meta_title = 'Small', category_id = (SELECT id FROM categories WHERE name = 'Hats')
       WHERE slug = 'top'`);
    await shop.query(`UPDATE products SET is_group_primary = true WHERE slug = 'top-xl'`);
    await shop.query(`
      INSERT INTO categories (id, name, slug, parent_id)
      SELECT gen_random_uuid(), 'hats', 'hats-2', id FROM categories WHERE name = 'Tops'`);
    await shop.query(
      `UPDATE products SET category_id = (SELECT id FROM categories WHERE name = 'hats') WHERE slug = 'hat'`,
    );
    await shop.query(`
      INSERT INTO product_images (id, product_id, image_url, alt_text, display_order)
      SELECT gen_random_uuid(), id, 'https://example.com/' || n % 2, NULL, n FROM products, generate_series(5, 7) AS n
       WHERE slug IN ('top-xl', 'top-m')`);
    const records = recordsOf(await roundTrip(shop));
    expect(records.map((record) => [record['Handle'], record['Variant SKU']])).toEqual([
      ['top-xl', 'TOP-XL'],
      ['top-xl', 'TOP-S'],
      ['top-xl', 'TOP-M'],
      ['top-xl', 'TOP-L'],
      ['hat', 'HAT'],
    ]);
    expect(JSON.parse(records[3]?.['Variant Overrides'] ?? '')).toEqual({
      slug: 'big-top',
      name: 'Top, large',
      description: ' ',
      short_description: 'Big',
      vendor: '',
      tags: ['a,b', 'c'],
      is_featured: true,
      dimensions: { length: 2, width: 1e-7, height: 3 },
    });
  });

  it('with addresses and figures that only staff can give', async () => {
    const shop = await openShop();
    const size = (value: string, cells: Cells = {}) => ({
      Handle: 'top',
      'Option1 Value': value,
      'Variant Price': '1',
      'Variant Inventory Qty': '3',
      ...cells,
    });
    const cafe = { Handle: 'cafe', Title: 'Cafe', 'Variant Price': '1' };
    await shop.import(csv(size('S', { Title: 'Top', 'Option1 Name': 'Size' }), size('M'), size('L'), cafe));
    await shop.query(`UPDATE products SET slug = 'café' WHERE slug = 'top'`);
    await shop.query(`UPDATE products SET slug = 'petit-café' WHERE slug = 'top-m'`);
    await shop.query(`UPDATE product_inventory SET quantity = 2147483647, low_stock_threshold = 2147483647`);
    const records = recordsOf(await roundTrip(shop));
    expect(records.map((record) => [record['Handle'], record['Variant SKU'], record['Variant Overrides']])).toEqual([
      ['café', 'TOP-S', ''],
      ['café', 'TOP-M', '{"slug":"petit-café"}'],
      ['café', 'TOP-L', '{"slug":"top-l"}'],
      ['cafe', 'CAFE', ''],
    ]);
  });

  it('with thousands of products and groups larger than a page', async () => {
    const shop = await openShop();
    const group = (handle: string, size: number, cells: Cells = {}) =>
      Array.from({ length: size }, (_, i) => ({
        Handle: handle,
        Title: i === 0 ? handle : '',
        'Option1 Name': i === 0 ? 'No' : '',
        'Option1 Value': `${i}`,
        'Variant Price': '1',
        'Variant Inventory Qty': `${i % 3}`,
        ...cells,
      }));
    const groups = Array.from({ length: 600 }, (_, i) =>
      group(`thing-${i}`, 1 + (i % 7), { 'Body (HTML)': 'd'.repeat(i) }),
    );
    const rows = [...groups.flat(), ...group('huge', 700, { 'Body (HTML)': 'x'.repeat(20_000) })];
    // Rows of a handle stand anywhere in the file.
    const scattered = [0, 1, 2].flatMap((third) =>
      rows.filter((_, i) => i % 3 === third && (rows[i]?.Title ?? '') === ''),
    );
    const titles = rows.filter(({ Title }) => Title !== '');
    const file = csv(...titles, ...scattered);
    const count = rows.length;
    expect(await shop.import(file)).toEqual({ created: count, updated: 0, skipped: 0, errors: [] });
    const exported = recordsOf(await roundTrip(shop));
    expect(new Set(exported.map((record) => record['Variant SKU'])).size).toBe(count);
    expect(exported).toHaveLength(count);
    expect(
      await shop.query(`
      SELECT count(*)::int AS wrong FROM product_inventory stock
       WHERE quantity <> (SELECT coalesce(sum(delta), 0) FROM inventory_movements WHERE product_id = stock.product_id)`),
    ).toEqual([{ wrong: 0 }]);
  }, 120_000);
});

describe('what is exported', () => {
  it('are live products; a group without its face begins with its oldest', async () => {
    const shop = await openShop();
    const size = (value: string, cells: Cells = {}) => ({
      Handle: 'top',
      'Option1 Value': value,
      'Variant Price': '1',
      ...cells,
    });
    await shop.import(
      csv(size('S', { Title: 'Top', 'Option1 Name': 'Size' }), size('M'), size('L'), {
        Handle: 'hat',
        Title: 'Hat',
        'Variant Price': '1',
      }),
    );
    await shop.query(`UPDATE products SET is_deleted = true, deleted_at = now() WHERE slug IN ('top', 'hat')`);
    expect(
      recordsOf(await shop.export()).map(({ Handle, Title, ...record }) => [Handle, Title, record['Option1 Value']]),
    ).toEqual([
      ['top-m', 'Top', 'M'],
      ['top-m', '', 'L'],
    ]);
  });

  it('is a header for an empty shop', async () => {
    const shop = await openShop();
    const file = await shop.export();
    expect(file).toMatch(/^Handle,Title,[^\r\n]*,Variant Overrides\r\n$/);
    expect(await shop.import(file)).toEqual({ created: 0, updated: 0, skipped: 0, errors: [] });
  });
});

describe('GET /v1/admin/products/export', () => {
  const prefix = unique();
  const poison = `${prefix}-699`;

  afterAll(async () => {
    await productsSql`UPDATE products SET dimensions = NULL WHERE slug = ${poison}`;
  });

  it('is for managers', async () => {
    expectProblem(await api('GET', path), 401, 'unauthorized');
    expectProblem(await api('GET', path, { token: await staff('customer') }), 403, 'forbidden');
    expectProblem(await api('GET', `${path}?format=json`, { token: await manager() }), 400, 'unknown_parameter');
  });

  it('sends a file that imports as nothing new', async () => {
    const handle = unique();
    const product = { Handle: handle, Title: '=Lamp', 'Variant Price': '5', 'Variant Inventory Qty': '3' };
    await importCsv(csv(product, { Handle: handle, 'Image Src': 'https://example.com/a.jpg' }));
    const { status, headers, body } = await api('GET', path, { token: await manager() });
    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe('text/csv; charset=utf-8');
    expect(headers.get('content-disposition')).toBe('attachment; filename="products.csv"');
    expect(headers.get('cache-control')).toBe('no-store');
    const records = recordsOf(body);
    const [{ live } = {}] = await productsSql`SELECT count(*)::int AS live FROM products WHERE NOT is_deleted`;
    expect(records.filter((record) => record['Variant SKU'] !== '')).toHaveLength(Number(live));
    const own = records.filter((record) => record['Handle'] === handle);
    expect(own).toMatchObject([
      { Title: "'=Lamp", 'Variant Inventory Qty': '3', 'Image Src': 'https://example.com/a.jpg' },
    ]);
    const again = await importCsv(csv(...own), '?update_stock=true');
    expect(again.body).toEqual({ created: 0, updated: 0, skipped: 1, errors: [] });
  });

  it('breaks the connection when it cannot go on', async () => {
    const records = Array.from({ length: 700 }, (_, i) => ({
      Handle: `${prefix}-${i}`,
      Title: 'Thing',
      'Variant Price': '1',
    }));
    expect((await importCsv(csv(...records))).body).toMatchObject({ created: 700, errors: [] });
    await productsSql`UPDATE products SET dimensions = '{"length": "long"}' WHERE slug = ${poison}`;
    const answer = await fetch(new URL(path, shopUrl()), { headers: { authorization: `Bearer ${await manager()}` } });
    expect(answer.status).toBe(200);
    await expect(answer.text()).rejects.toThrow('terminated');
  });
});
