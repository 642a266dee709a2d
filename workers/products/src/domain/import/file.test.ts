import { describe, expect, it } from 'vitest';

import { newClaims } from './claims.ts';
import { InvalidCsv } from './file.ts';
import { interpret, openImport } from './groups.ts';
import { header, lamp, open, problems, read, record } from './test-files.ts';

const notUtf8 = 'Send the file in UTF-8.';
const misquoted = (line: number) =>
  `The record on line ${line} has a quote in the wrong place: put cells with quotes in quotes, and double those inside.`;
const tooLong = (line: number) => `The record on line ${line} has more than 2000000 bytes.`;

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
    [
      'that never ends its quotes',
      'Handle,Title\nlamp,Lamp\n\n"shade,Shade\n',
      'A quoted field is never closed: it is in the record on line 4.',
    ],
    ['with text behind quotes', `Handle,Title\nlamp,"La\r\nmp"\nshade,"Sha"de\n`, misquoted(4)],
    ['with quotes in a plain cell', 'Handle,Title\nlamp,5" lamp\n', misquoted(2)],
    ['in UTF-16 without a BOM', Buffer.from('Handle,Title\nlamp,Lamp\n', 'utf16le').toString(), notUtf8],
    ['with an endless cell', `Handle,Title,Note\nlamp,Lamp,\nshade,Shade,${'x'.repeat(2_000_001)}`, tooLong(3)],
    ['of too many rows', `Handle,Title\n${'a,\n'.repeat(100_001)}`, 'The file has more than 100000 rows: split it.'],
  ])('%s is refused', (_, text, message) => {
    expect(() => open(text)).toThrow(new InvalidCsv(message));
  });

  it.each([
    ['Latin-1', Buffer.from('Handle,Title\nlamp,L\xE4mp', 'latin1')],
    ['UTF-16', Buffer.from('\uFEFFHandle,Title\nlamp,Lamp', 'utf16le')],
  ])('in %s is refused', (_, file) => {
    expect(() => openImport(file)).toThrow(new InvalidCsv(notUtf8));
  });

  it('may be nothing but a header', () => {
    expect(read(header)).toEqual({ groups: [], errors: [] });
  });

  it('may end its lines with CR alone', () => {
    const { groups, errors } = read(`Handle,Title,Body (HTML)\rlamp,Lamp,"a\rb"\r\rshade,Shade,\r`);
    expect(errors).toEqual([]);
    expect(groups.map(({ handle, variants }) => [handle, variants[0]?.row])).toEqual([
      ['lamp', 2],
      ['shade', 5],
    ]);
  });

  it('may have columns that mean nothing, and rows of any length up to them', () => {
    const result = read(
      'Handle,Colour,Title,,Title\nlamp,red,Lamp\nshade,red,Shade,,Other,\nbulb,red,Bulb,,,surplus\n',
    );
    expect(problems(result)).toEqual([[4, null, 'too_many_cells']]);
    expect(result.groups.map(({ handle, fields }) => [handle, fields.name])).toEqual([
      ['lamp', 'Lamp'],
      ['shade', 'Shade'],
    ]);
  });

  it('says the same whether it is interpreted at once or by handle, wherever rows stand', () => {
    const rows = ['a', 'b', 'a', 'c', 'b', 'a'].map((handle, i) =>
      record({ ...lamp, Handle: handle, 'Option1 Name': 'No', 'Option1 Value': `${i}`, 'Variant SKU': `${i % 4}` }),
    );
    const text = [header, ...rows].join('\n');
    const file = open(text);
    const claims = newClaims(file.records);
    const parts = [...file.records.keys()].map((handle) => interpret(file, [handle], claims));
    const whole = read(text);
    expect(parts.flatMap(({ groups }) => groups)).toEqual(whole.groups);
    expect(parts.flatMap(({ errors }) => errors).sort((a, b) => a.row - b.row)).toEqual(whole.errors);
    expect(problems(whole)).toEqual([
      [3, 'Variant SKU', 'sku_taken'],
      [6, 'Variant SKU', 'sku_taken'],
    ]);
  });

  it('that lacks columns leaves them undecided', () => {
    const { groups, errors } = read('Handle,Title\nlamp,Lamp');
    expect(errors).toEqual([]);
    expect(groups[0]?.fields).toEqual({ name: 'Lamp' });
    expect(groups[0]?.variants).toEqual([{ row: 2, sku: 'LAMP', slug: 'lamp', options: null, overrides: {} }]);
  });
});
