import { readdirSync } from 'node:fs';

import { expect, it } from 'vitest';

import { eventually, newShopper, staff } from './support/client.ts';
import { comparisonsOf, guidesFolder, lasting } from './support/guides.ts';
import { shopUrl } from './support/shop.ts';

const guides = readdirSync(guidesFolder).filter((name) => name.endsWith('.md'));

it.each(guides)('every answer in docs/guides/%s is what the shop says', async (name) => {
  const [shopper, manager] = await Promise.all([newShopper(), staff('manager')]);
  const variables = { API: shopUrl(), TOKEN: shopper.token, MANAGER: manager };
  let compared = 0;
  for (const { line, shown, ask } of comparisonsOf(name, shopUrl(), variables)) {
    const expected = withOpenEnds(lasting(shown));
    // What happens by event is soon, not at once: a reader would ask again, too.
    await eventually(async () => expect(lasting(ask()), `${name}:${line}`).toMatchObject(Object(expected)), 5_000);
    compared++;
  }
  expect(compared).toBeGreaterThan(0);
});

const anyText: unknown = expect.stringMatching(/./);

/** A text that is cut off with “…” is any text. What a guide leaves out is not compared. */
function withOpenEnds(value: unknown): unknown {
  if (typeof value === 'string') return value.endsWith('…') ? anyText : value;
  if (Array.isArray(value)) return value.map(withOpenEnds);
  if (typeof value !== 'object' || value === null) return value;
  const shown = Object.entries(value).filter(([, entry]) => entry !== undefined);
  return Object.fromEntries(shown.map(([key, entry]) => [key, withOpenEnds(entry)]));
}
