import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

import { type Client, escapeIdentifier } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';

/** The columns of a table that are filled, by name, each with its value of a record. */
export type Columns<Row> = Record<string, (row: Row) => string | number | boolean | null>;

/** How much text is handed over at once. */
const chunkLength = 1 << 16;

/** Adds rows by COPY, several times faster than INSERT. They are taken as fast as the database reads them. */
export async function copyRows<Row>(
  client: Client,
  table: string,
  columns: Columns<Row>,
  rows: Iterable<Row>,
): Promise<void> {
  const names = Object.keys(columns).map((name) => escapeIdentifier(name));
  const target = client.query(copyFrom(`COPY ${escapeIdentifier(table)} (${names.join(', ')}) FROM STDIN`));
  await pipeline(Readable.from(chunks(Object.values(columns), rows), { objectMode: false }), target);
}

function* chunks<Row>(values: Columns<Row>[string][], rows: Iterable<Row>): Generator<string> {
  let text = '';
  for (const row of rows) {
    text += `${values.map((value) => cellText(value(row))).join('\t')}\n`;
    if (text.length < chunkLength) continue;
    yield text;
    text = '';
  }
  if (text !== '') yield text;
}

/** A value in COPY's text format. */
function cellText(value: string | number | boolean | null): string {
  if (value === null) return '\\N';
  if (typeof value !== 'string') return String(value);
  return /[\\\t\n\r]/.test(value) ? value.replaceAll(/[\\\t\n\r]/g, escaped) : value;
}

function escaped(character: string): string {
  switch (character) {
    case '\t':
      return '\\t';
    case '\n':
      return '\\n';
    case '\r':
      return '\\r';
    default:
      return '\\\\';
  }
}
