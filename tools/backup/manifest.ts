import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { z } from 'zod';

/** How much of one table or collection there is, and the SHA-256 of its rows in the order of their keys. */
const Content = z.strictObject({ rows: z.int(), sha256: z.string() });

const Database = z.strictObject({
  /** The names of the migrations that made its tables. */
  migrations: z.array(z.string()),
  /** In an order in which each comes after those that it refers to. */
  tables: z.record(z.string(), Content),
  /** The last value that each sequence gave; null if none. */
  sequences: z.record(z.string(), z.string().nullable()),
});

const Manifest = z.strictObject({
  format: z.literal(1),
  created_at: z.iso.datetime(),
  users: Database,
  products: Database,
  orders: Database,
  payments: Database,
  cart: z.record(z.string(), Content),
});

export type Content = z.infer<typeof Content>;
export type DatabaseContent = z.infer<typeof Database>;
/** What a backup holds. It is written last: a folder without it is no backup. */
export type Manifest = z.infer<typeof Manifest>;

const fileOf = (folder: string) => join(folder, 'manifest.json');

export function writeManifest(folder: string, manifest: Manifest): void {
  writeFileSync(fileOf(folder), `${JSON.stringify(manifest, null, 2)}\n`, { mode: 0o600, flag: 'wx' });
}

/** @throws when the folder is not a whole backup of a format that is known here */
export function readManifest(folder: string): Manifest {
  let text: string;
  try {
    text = readFileSync(fileOf(folder), 'utf8');
  } catch (error) {
    throw new Error(`${folder} holds no backup: it has no manifest.json, which is written last.`, { cause: error });
  }
  const manifest = Manifest.safeParse(JSON.parse(text));
  if (!manifest.success) throw new Error(`${fileOf(folder)}:\n${z.prettifyError(manifest.error)}`);
  return manifest.data;
}
