import { describe, expect, it } from 'vitest';

import apparel from '../../../../../tools/demo/apparel.csv?raw';
import homeAndGarden from '../../../../../tools/demo/home-and-garden.csv?raw';
import { interpret } from './groups.ts';
import { InvalidCsv, readTable } from './table.ts';

const header =
  'Handle,Title,Body (HTML),Vendor,Type,Tags,Published,Option1 Name,Option1 Value,Option2 Name,Option2 Value,Variant SKU,' +
  'Variant Grams,Variant Inventory Qty,Variant Inventory Policy,Variant Price,Variant Compare At Price,Variant Barcode,' +
  'Image Src,Image Position,Image Alt Text,SEO Title,SEO Description,Cost per item';

const names = header.split(',');

/** A record with these cells, quoted where needed; all others are blank. */
function record(cells: Record<string, string>): string {
  return names.map((name) => `"${(cells[name] ?? '').replaceAll('"', '""')}"`).join(',');
}

function read(text: string) {
  return interpret(readTable(Buffer.from(text)));
}

function readRecords(...records: Record<string, string>[]) {
  return read([header, ...records.map(record)].join('\n'));
}

const plain = { Handle: 'lamp', Title: 'Lamp', 'Option1 Name': 'Title', 'Option1 Value': 'Default Title' };
const lamp = { ...plain, 'Variant Price': '59.9' };

function problems({ errors }: ReturnType<typeof read>) {
  return errors.map(({ row, column, code }) => [row, column, code]);
}

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
      category: 'women',
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
      { image_url: 'https://burst.shopifycdn.com/photos/single-sprout-in-a-pot_925x.jpg', alt_text: null },
      { image_url: 'https://burst.shopifycdn.com/photos/pot-with-a-single-sprout_925x.jpg', alt_text: null },
    ]);
    expect(pot?.fields).toMatchObject({ category: 'Outdoor', tags: ['Pot', 'Plants'] });
    const light = groups.find(({ handle }) => handle === 'copper-light');
    expect(light?.variants).toMatchObject([
      { sku: 'COPPER-LIGHT', options: null, price: '59.99', compare_at_price: '75.00' },
    ]);
  });
});

describe('a file', () => {
  it('may have a BOM, CR LF, blank lines and quoted line breaks: rows count lines', () => {
    const body = '<p>One,\r\n"two"</p>\r\n';
    const lines = [header, record({ ...lamp, 'Body (HTML)': body }), '', record({ ...lamp, Handle: 'shade' }), ',,,'];
    const { groups, errors } = read(`\uFEFF${lines.join('\r\n')}\r\n`);
    expect(errors).toEqual([]);
    expect(groups.map(({ handle, variants }) => [handle, variants[0]?.row])).toEqual([
      ['lamp', 2],
      ['shade', 6],
    ]);
    expect(groups[0]?.fields.description).toBe(body);
  });

  it.each([
    ['empty', '', 'The file is empty.'],
    ['without a handle', 'Title,Variant Price\nLamp,5', 'The column Handle is missing.'],
    ['without a title', 'Handle,Variant Price\nlamp,5', 'The column Title is missing.'],
    ['that never ends its quotes', 'Handle,Title\n"lamp,Lamp\n', 'A quoted field is never closed.'],
  ])('%s is refused', (_, text, message) => {
    expect(() => readTable(Buffer.from(text))).toThrow(new InvalidCsv(message));
  });

  it('that is not UTF-8 is refused', () => {
    const latin1 = Buffer.from('Handle,Title\nlamp,L\xE4mp', 'latin1');
    expect(() => readTable(latin1)).toThrow(new InvalidCsv('Send the file in UTF-8.'));
  });

  it('that lacks columns leaves them undecided', () => {
    const { groups, errors } = read('Handle,Title\nlamp,Lamp');
    expect(errors).toEqual([]);
    expect(groups[0]?.fields).toEqual({ name: 'Lamp' });
    expect(groups[0]?.variants).toEqual([{ row: 2, sku: 'LAMP', slug: 'lamp', options: null }]);
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

  it.each([
    [{ Type: 'Lighting', Tags: 'Copper, Bedroom' }, 'Lighting'],
    [{ Tags: 'Copper, Bedroom' }, 'Copper'],
    [{}, 'Uncategorized'],
  ])('the category comes from %j', (cells, category) => {
    expect(readRecords({ ...lamp, ...cells }).groups[0]?.fields.category).toBe(category);
  });

  it.each([
    ['Variant Price', '-1', 'invalid_amount'],
    ['Variant Price', '9.999', 'invalid_amount'],
    ['Variant Price', '100000000', 'invalid_amount'],
    ['Variant Price', '', 'required'],
    ['Variant Compare At Price', 'cheap', 'invalid_amount'],
    ['Variant Grams', 'heavy', 'invalid_number'],
    ['Variant Inventory Qty', '-3', 'invalid_number'],
    ['Variant Inventory Policy', 'maybe', 'invalid_value'],
    ['Published', 'perhaps', 'invalid_value'],
    ['Image Src', 'javascript:alert(1)', 'invalid_url'],
    ['Image Src', 'ftp://example.com/a.jpg', 'invalid_url'],
    ['Title', 'x'.repeat(256), 'too_long'],
    ['Vendor', 'x'.repeat(256), 'too_long'],
    ['Body (HTML)', 'a\0b', 'invalid_characters'],
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
