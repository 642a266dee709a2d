import { type Client, escapeIdentifier } from 'pg';

/** A table as far as copying it needs to know it. */
export interface Table {
  name: string;
  /** Those that can be written: generated ones follow from the others. */
  columns: string[];
  key: string[];
}

/** The tables of a database, each after those that it refers to. */
export async function tablesOf(client: Client): Promise<Table[]> {
  const { rows: tables } = await client.query<Table>(
    `SELECT relname AS name,
            array(SELECT attname::text FROM pg_attribute
                   WHERE attrelid = pg_class.oid AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
                   ORDER BY attnum) AS columns,
            array(SELECT attname::text FROM pg_index
                    JOIN pg_attribute ON attrelid = indrelid AND attnum = ANY(indkey)
                   WHERE indrelid = pg_class.oid AND indisprimary ORDER BY array_position(indkey, attnum)) AS key
       FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY relname`,
  );
  const { rows: references } = await client.query<{ from: string; to: string }>(
    `SELECT conrelid::regclass::text AS from, confrelid::regclass::text AS to
       FROM pg_constraint WHERE contype = 'f' AND connamespace = 'public'::regnamespace AND conrelid <> confrelid`,
  );
  const ordered: Table[] = [];
  let left = tables;
  while (left.length > 0) {
    const isFree = ({ name }: Table) =>
      references.every(({ from, to }) => from !== name || left.every((table) => table.name !== to));
    const free = left.filter(isFree);
    if (free.length === 0) throw new Error(`These tables refer to one another: ${namesOf(left).join(', ')}.`);
    ordered.push(...free);
    left = left.filter((table) => !isFree(table));
  }
  return ordered;
}

/** `COPY … TO` that gives the same rows as the same text wherever they are. */
export function readingOf({ name, columns, key }: Table): string {
  const order = key.length === 0 ? '' : ` ORDER BY ${listed(key)}`;
  return `COPY (SELECT ${listed(columns)} FROM ${escapeIdentifier(name)}${order}) TO STDOUT`;
}

export function writingOf({ name, columns }: Table): string {
  return `COPY ${escapeIdentifier(name)} (${listed(columns)}) FROM STDIN`;
}

/** What every session of a backup says first: how values are written depends on it. */
export const plainText = `SET client_encoding = 'UTF8'; SET TimeZone = 'UTC'; SET DateStyle = 'ISO, MDY';
  SET IntervalStyle = 'postgres'; SET bytea_output = 'hex'; SET extra_float_digits = 1`;

function listed(columns: string[]): string {
  return columns.map((column) => escapeIdentifier(column)).join(', ');
}

function namesOf(tables: Table[]): string[] {
  return tables.map(({ name }) => name);
}
