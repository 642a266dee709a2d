import { describe, expect, it } from 'vitest';

import apparel from '../../../../../tools/demo/apparel.csv?raw';
import homeAndGarden from '../../../../../tools/demo/home-and-garden.csv?raw';
import { lamp, problems, read, readRecords } from './test-files.ts';

describe('the demo catalogues', () => {
  it('apparel: 22 products of 20 handles', () => {
    const { groups, errors } = read(apparel);
    expect(errors).toEqual([]);
    expect(groups).toHaveLength(20);
    expect(groups.flatMap(({ variants }) => variants)).toHaveLength(22);
    const top = groups.find(({ handle }) => handle === 'classic-varsity-top');
    expect(top?.fields).toEqual({
      name: 'Classic Varsity Top',
      description:
        'Womens casual varsity top, This grey and black buttoned top is a sport-inspired piece complete with an embroidered letter. ',
      vendor: 'partners-demo',
      tags: ['women'],
      category: { path: ['women'], isExact: false },
      is_active: true,
      meta_title: null,
      meta_description: null,
    });
    expect(
      top?.variants.map(({ row, sku, slug, options, price, weight, quantity }) => [
        row,
        sku,
        slug,
        options,
        price,
        weight,
        quantity,
      ]),
    ).toEqual([
      [3, 'CLASSIC-VARSITY-TOP-SMALL', 'classic-varsity-top-small', { Size: 'Small' }, '60.00', '0.00', 1],
      [4, 'CLASSIC-VARSITY-TOP-MEDIUM', 'classic-varsity-top-medium', { Size: 'Medium' }, '60.00', '0.00', 1],
      [5, 'CLASSIC-VARSITY-TOP-LARGE', 'classic-varsity-top-large', { Size: 'Large' }, '60.00', '0.00', 1],
    ]);
  });

  it('home and garden: 21 products of 20 handles', () => {
    const { groups, errors } = read(homeAndGarden);
    expect(errors).toEqual([]);
    expect(groups).toHaveLength(20);
    expect(groups.flatMap(({ variants }) => variants)).toHaveLength(21);
    const pot = groups.find(({ handle }) => handle === 'clay-plant-pot');
    expect(pot?.variants.map(({ options, price, quantity }) => [options, price, quantity])).toEqual([
      [{ Size: 'Regular' }, '9.99', 1],
      [{ Size: 'Large' }, '15.99', 3],
    ]);
    expect(pot?.images).toEqual([
      {
        image_url: 'https://burst.shopifycdn.com/photos/single-sprout-in-a-pot_925x.jpg',
        alt_text: null,
        is_primary: true,
      },
      {
        image_url: 'https://burst.shopifycdn.com/photos/pot-with-a-single-sprout_925x.jpg',
        alt_text: null,
        is_primary: false,
      },
    ]);
    expect(pot?.fields).toMatchObject({ category: { path: ['Outdoor'] }, tags: ['Pot', 'Plants'] });
    const light = groups.find(({ handle }) => handle === 'copper-light');
    expect(light?.variants).toMatchObject([
      { sku: 'COPPER-LIGHT', options: null, price: '59.99', compare_at_price: '75.00' },
    ]);
  });
});

describe('values', () => {
  it('are read into the units of the catalogue', () => {
    const { groups } = readRecords({
      ...lamp,
      Handle: 'Café Lamp',
      Published: 'FALSE',
      'Variant SKU': ' L-1 ',
      'Variant Grams': '1235.0',
      'Variant Inventory Qty': '7',
      'Variant Inventory Policy': 'continue',
      'Variant Compare At Price': '75',
      'Variant Barcode': '4006381333931',
      'Cost per item': '20.5',
      'SEO Title': 'Buy a lamp',
    });
    expect(groups[0]).toMatchObject({ handle: 'cafe-lamp', fields: { is_active: false, meta_title: 'Buy a lamp' } });
    expect(groups[0]?.variants[0]).toMatchObject({
      sku: 'L-1',
      price: '59.90',
      compare_at_price: '75.00',
      cost_price: '20.50',
      barcode: '4006381333931',
      weight: '1.24',
      quantity: 7,
      allow_backorder: true,
    });
  });

  it('name a product by its slug as it is, and by one made of anything else', () => {
    const handles = ['café', 'CAFÉ', ' café-2 ', 'cafe\u0301 3', '日本-茶'];
    const { groups, errors } = readRecords(...handles.map((Handle, i) => ({ ...lamp, Handle, 'Variant SKU': `${i}` })));
    expect(errors).toEqual([]);
    expect(groups.map(({ handle }) => handle)).toEqual(['café', 'cafe', 'café-2', 'cafe-3', '日本-茶']);
    const overrides = readRecords({ ...lamp, 'Variant Overrides': '{"slug":"petit-café"}' });
    expect(overrides.groups[0]?.variants).toMatchObject([{ slug: 'petit-café' }]);
  });

  it('of stock are as large as the database takes', () => {
    const figures = { 'Variant Inventory Qty': '2147483647', 'Variant Low Stock Threshold': '2147483647' };
    expect(readRecords({ ...lamp, ...figures }).groups[0]?.variants).toMatchObject([
      { quantity: 2_147_483_647, low_stock_threshold: 2_147_483_647 },
    ]);
  });

  it('take a length, a width and a height together', () => {
    const sides = { 'Variant Length': '12.5', 'Variant Width': '3', 'Variant Height': '0.25' };
    const whole = readRecords({ ...lamp, ...sides });
    expect(whole.groups[0]?.variants[0]?.dimensions).toEqual({ length: 12.5, width: 3, height: 0.25 });
    expect(readRecords(lamp).groups[0]?.variants[0]?.dimensions).toBeNull();
    expect(problems(readRecords({ ...lamp, ...sides, 'Variant Width': '' }))).toEqual([
      [2, 'Variant Width', 'required'],
    ]);
    expect(problems(readRecords({ ...lamp, ...sides, 'Variant Width': '-1' }))).toEqual([
      [2, 'Variant Width', 'invalid_number'],
    ]);
  });

  it('of one variant may differ from those of its handle', () => {
    const overrides = { slug: 'small-lamp', name: 'Small lamp', vendor: null, options: { Size: 'S', Fit: '*' } };
    const { groups, errors } = readRecords(
      { ...lamp, 'Option1 Name': 'Size', 'Option1 Value': 'L' },
      { Handle: 'lamp', 'Variant Price': '5', 'Variant Overrides': JSON.stringify(overrides) },
    );
    expect(errors).toEqual([]);
    expect(groups[0]?.variants).toMatchObject([
      { slug: 'lamp-l', options: { Size: 'L' }, overrides: {} },
      { slug: 'small-lamp', options: { Size: 'S', Fit: '*' }, sku: 'SMALL-LAMP', overrides },
    ]);
  });

  it.each([
    [{ 'Category Path': '["Home","Garden"]', Type: 'Lighting' }, 'Garden'],
    [{ Type: 'Lighting', Tags: 'Copper, Bedroom' }, 'Lighting'],
    [{ Tags: 'Copper, Bedroom' }, 'Copper'],
    [{}, 'Uncategorized'],
  ])('the category comes from %j', (cells, category) => {
    expect(readRecords({ ...lamp, ...cells }).groups[0]?.fields.category?.path.at(-1)).toBe(category);
  });

  it.each([
    ['Variant Price', '-1', 'invalid_amount'],
    ['Variant Price', '9.999', 'invalid_amount'],
    ['Variant Price', '100000000', 'invalid_amount'],
    ['Variant Price', '', 'required'],
    ['Variant Compare At Price', 'cheap', 'invalid_amount'],
    ['Variant Grams', 'heavy', 'invalid_number'],
    ['Variant Inventory Qty', '-3', 'invalid_number'],
    ['Variant Inventory Qty', '2147483648', 'invalid_number'],
    ['Variant Inventory Policy', 'maybe', 'invalid_value'],
    ['Published', 'perhaps', 'invalid_value'],
    ['Image Src', 'javascript:alert(1)', 'invalid_url'],
    ['Image Src', 'ftp://example.com/a.jpg', 'invalid_url'],
    ['Title', 'x'.repeat(256), 'too_long'],
    ['Vendor', 'x'.repeat(256), 'too_long'],
    ['Body (HTML)', 'a\0b', 'invalid_characters'],
    ['Body (HTML)', 'x'.repeat(500_001), 'too_long'],
    ['Tags', `a,${'x'.repeat(256)}`, 'too_long'],
    ['Variant Grams', '99999999995', 'invalid_number'],
    ['Featured', 'very', 'invalid_value'],
    ['Short Description', 'x'.repeat(501), 'too_long'],
    ['Category Path', 'Garden', 'invalid_value'],
    ['Category Path', '[]', 'invalid_value'],
    ['Category Path', `["${'x'.repeat(101)}"]`, 'invalid_value'],
    ['Image Primary', '1', 'invalid_value'],
    ['Variant Low Stock Threshold', '1.5', 'invalid_number'],
    ['Variant Overrides', '{"name":', 'invalid_value'],
    ['Variant Overrides', '{"price":"5.00"}', 'invalid_value'],
    ['Variant Overrides', '{"name":"\\u0000"}', 'invalid_value'],
    ['Variant Overrides', '{"tags":["\\ud83d"]}', 'invalid_value'],
    ['Variant Overrides', '{"slug":"Not a slug"}', 'invalid_value'],
    ['Variant Overrides', '{"slug":"01938f6e-7a3b-7c4d-9e5f-6a7b8c9d0e1f"}', 'invalid_value'],
    [
      'Variant Overrides',
      JSON.stringify({
        images: ['a', 'b'].map((name) => ({ image_url: `https://x.test/${name}`, alt_text: null, is_primary: true })),
      }),
      'invalid_value',
    ],
    ['Handle', '01938f6e-7a3b-7c4d-9e5f-6a7b8c9d0e1f', 'invalid_handle'],
    ['Handle', '###', 'invalid_handle'],
    ['Handle', '', 'required'],
  ])('%s may not be %j: the row is reported, the others stay', (column, value, code) => {
    const result = readRecords({ ...lamp, [column]: value }, { ...lamp, Handle: 'shade' });
    expect(problems(result)).toEqual([[2, column, code]]);
    expect(result.groups.map(({ handle }) => handle)).toEqual(['shade']);
  });
});

describe('rows of one handle', () => {
  const size = (value: string, more: Record<string, string> = {}) => ({
    Handle: 'top',
    'Option1 Value': value,
    'Variant Price': '60',
    ...more,
  });
  const main = size('Small', { Title: 'Top', 'Option1 Name': 'Size' });

  it('are variants, images, or both, in the order of image positions', () => {
    const image = (name: string, position: string) => ({
      'Image Src': `https://example.com/${name}.jpg`,
      'Image Position': position,
      'Image Alt Text': name,
    });
    const { groups, errors } = readRecords(
      { ...main, ...image('c', '3') },
      size('Medium', image('a', '1')),
      { Handle: 'top', ...image('b', '2') },
      { Handle: 'top', ...image('b', '4') },
    );
    expect(errors).toEqual([]);
    expect(groups[0]?.variants.map(({ options }) => options)).toEqual([{ Size: 'Small' }, { Size: 'Medium' }]);
    expect(groups[0]?.images?.map(({ alt_text }) => alt_text)).toEqual(['a', 'b', 'c']);
  });

  it('that are bad do not stop the others', () => {
    const result = readRecords(main, size('Medium', { 'Variant Price': 'free' }), size('Large'));
    expect(problems(result)).toEqual([[3, 'Variant Price', 'invalid_amount']]);
    expect(result.groups[0]?.variants.map(({ row }) => row)).toEqual([2, 4]);
  });

  it('are all reported where the one with the title cannot be used', () => {
    const image = { Handle: 'top', 'Image Src': 'https://example.com/a.jpg' };
    const result = readRecords(size('Large'), { ...main, Featured: 'very' }, size('Medium'), image, lamp);
    expect(problems(result)).toEqual([
      [2, 'Title', 'unusable_title'],
      [3, 'Featured', 'invalid_value'],
      [4, 'Title', 'unusable_title'],
      [5, 'Title', 'unusable_title'],
    ]);
    expect(result.groups.map(({ handle }) => handle)).toEqual(['lamp']);
  });

  it('need options that differ, and a title', () => {
    const result = readRecords(main, size('Small'), size(''), { ...size('Small'), Handle: 'untitled' });
    expect(problems(result)).toEqual([
      [3, 'Option1 Value', 'duplicate_variant'],
      [4, 'Option1 Value', 'required'],
      [5, 'Title', 'required'],
    ]);
    expect(result.groups.map(({ handle, variants }) => [handle, variants.length])).toEqual([['top', 1]]);
  });

  it('combine several options in their order', () => {
    const { groups } = readRecords({ ...main, 'Option2 Name': 'Colour', 'Option2 Value': 'Sea Blue' });
    expect(groups[0]?.variants).toMatchObject([
      { options: { Size: 'Small', Colour: 'Sea Blue' }, sku: 'TOP-SMALL-SEA-BLUE', slug: 'top-small-sea-blue' },
    ]);
    expect(Object.keys(groups[0]?.variants[0]?.options ?? {})).toEqual(['Size', 'Colour']);
  });

  it('cannot claim what another handle has', () => {
    const result = readRecords(
      { ...lamp, 'Variant SKU': 'A', 'Variant Barcode': '1' },
      { ...lamp, Handle: 'shade', 'Variant SKU': 'A' },
      { ...lamp, Handle: 'bulb', 'Variant SKU': 'B', 'Variant Barcode': '1' },
      main,
      size('Medium'),
      { ...lamp, Handle: 'top-medium', 'Variant SKU': 'C' },
    );
    expect(problems(result)).toEqual([
      [3, 'Variant SKU', 'sku_taken'],
      [4, 'Variant Barcode', 'barcode_taken'],
      [6, 'Handle', 'slug_taken'],
    ]);
    expect(result.groups.map(({ handle }) => handle)).toEqual(['lamp', 'top', 'top-medium']);
  });
});
