import { uuidv7 } from 'uuidv7';

import { createRandom, shuffled } from '#tools/seed/random.ts';

/** A running cart service, by how it gets at its database. */
export interface Variant {
  name: string;
  url: string;
}

/** A request to a cart that holds one piece of the first product. */
interface Operation {
  name: string;
  method: string;
  path: (held: string) => string;
  body?: (other: string) => object;
}

const operations: Operation[] = [
  { name: 'read', method: 'GET', path: () => '/v1/cart' },
  { name: 'add', method: 'POST', path: () => '/v1/cart/items', body: (product_id) => ({ product_id, quantity: 1 }) },
  { name: 'change', method: 'PATCH', path: (held) => `/v1/cart/items/${held}`, body: () => ({ quantity: 2 }) },
  { name: 'remove', method: 'DELETE', path: (held) => `/v1/cart/items/${held}` },
];

/** Milliseconds of each operation, by variant. */
export type Times = Map<Operation, Map<Variant, number[]>>;

const warmUpRounds = 10;

/**
 * Sends `rounds` requests of every operation to every variant, one at a time and in another order each round. Each is for
 * a cart of its own, which `prepared` has made just before.
 *
 * @throws when an answer is not 200
 */
export async function measure(
  variants: readonly Variant[],
  rounds: number,
  shop: { prepared: Variant; products: readonly [string, string]; tokenOf: (user_id: string) => Promise<string> },
): Promise<Times> {
  const random = createRandom(1, 'order');
  const turns = operations.flatMap((operation) => variants.map((variant) => ({ operation, variant })));
  const times: Times = new Map(operations.map((operation) => [operation, new Map(variants.map((one) => [one, []]))]));
  const [held, other] = shop.products;
  for (let round = -warmUpRounds; round < rounds; round++) {
    for (const { operation, variant } of shuffled(turns, random)) {
      const token = await shop.tokenOf(uuidv7());
      await send(shop.prepared, token, 'POST', '/v1/cart/items', { product_id: held, quantity: 1 });
      const time = await send(variant, token, operation.method, operation.path(held), operation.body?.(other));
      if (round >= 0) times.get(operation)?.get(variant)?.push(time);
    }
  }
  return times;
}

async function send({ name, url }: Variant, token: string, method: string, path: string, body?: object) {
  const startedAt = performance.now();
  const answer = await fetch(url + path, {
    method,
    headers: { authorization: `Bearer ${token}`, ...(body && { 'content-type': 'application/json' }) },
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  const time = performance.now() - startedAt;
  if (answer.status !== 200) throw new Error(`${name}: ${method} ${path} answered ${answer.status}: ${text}`);
  return time;
}
