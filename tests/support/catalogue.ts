import { randomUUID } from 'node:crypto';

import { type Answer, api } from './client.ts';
import { manager } from './shop.ts';

export type Cells = Record<string, string>;

/** A word that no other test has, for handles and categories. */
export const unique = () => `t${randomUUID().slice(0, 8)}`;

/** A file with these records; cells that one lacks are blank. */
export function csv(...records: Cells[]): string {
  const columns = [...new Set(records.flatMap(Object.keys))];
  const quoted = (cell = '') => `"${cell.replaceAll('"', '""')}"`;
  return [columns.join(','), ...records.map((cells) => columns.map((name) => quoted(cells[name])).join(','))].join(
    '\n',
  );
}

/** Imports as a manager. */
export async function importCsv(file: string, query = ''): Promise<Answer> {
  return api('POST', `/v1/admin/products/import${query}`, {
    token: await manager(),
    body: file,
    headers: { 'content-type': 'text/csv' },
  });
}
