import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { expect, inject } from 'vitest';

import { csv, importCsv, unique } from './catalogue.ts';
import { api, eventually } from './client.ts';
import { sqlOf } from './databases.ts';

const products = sqlOf('products');

/** The lines that the workers have logged, so far as they are JSON. */
async function logged(): Promise<Record<string, unknown>[]> {
  const text = await readFile(join(inject('stack').directory, 'workers.log'), 'utf8');
  return text.split('\n').flatMap((line) => {
    const json = /\{"level".*\}/.exec(line)?.[0];
    return json === undefined ? [] : [JSON.parse(json)];
  });
}

/** How many requests for this path a service has answered. Logs arrive a little late: wait for those of the gateway. */
export async function requestsTo(service: 'gateway' | 'products', path: string): Promise<number> {
  const lines = await logged();
  return lines.filter((line) => line['message'] === 'request' && line['service'] === service && line['path'] === path)
    .length;
}

/** Waits until the gateway has heard of every change of these products: no kept read becomes old any more because of them. */
export async function settled(slugs: string[]): Promise<void> {
  await eventually(async () => {
    const events = await products`
      SELECT event.id FROM outbox event JOIN products product ON product.id = event.subject_id
       WHERE product.slug = ANY(${slugs})`;
    const heard = new Set((await logged()).filter(({ message }) => message === 'event').map(({ event }) => event));
    expect(events.filter(({ id }) => !heard.has(id))).toEqual([]);
  });
}

/** New products, one a price, of whose making everybody has heard; their slugs. */
export async function newSlugs(...prices: string[]): Promise<string[]> {
  const handle = unique();
  const slugs = prices.map((_, i) => `${handle}-${i}`);
  const { body } = await importCsv(csv(...slugs.map((slug, i) => row(slug, prices[i] ?? ''))));
  expect(body).toEqual({ created: prices.length, updated: 0, skipped: 0, errors: [] });
  await settled(slugs);
  return slugs;
}

/** The product as a file of the import has it. */
export function row(slug: string, price: string): Record<string, string> {
  return { Handle: slug, Title: 'Lamp', Type: slug.slice(0, slug.lastIndexOf('-')), 'Variant Price': price };
}

/** A read of the catalogue, with what the cache says of it. */
export async function read(path: string, headers: Record<string, string> = {}) {
  const answer = await api('GET', path, { headers });
  return { ...answer, cache: answer.headers.get('cache-status'), age: answer.headers.get('age') };
}
