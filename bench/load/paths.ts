import { uuidv7 } from 'uuidv7';
import { z } from 'zod';

import { type Call, drive, type Figures, type Step } from './measure.ts';
import type { Product, Shop } from './shop.ts';
import type { Shopper } from './shoppers.ts';

/** What is measured in the same run, and cannot be passed. */
export type Limit = 'hello' | 'select' | 'pgbench -N';

/** Something that the shop is asked for. */
export interface Path {
  name: string;
  drive: (connections: number, seconds: number) => Promise<Figures>;
  limit: Limit;
  /** What it is to reach with 32 clients: a share of the limit, or a number per second. */
  target?: { share: number } | { perSecond: number };
}

interface Nothing {
  nothing?: never;
}

interface Purchase {
  shopper: Shopper;
  order: string;
}

const Created = z.object({ id: z.string() });

/** What shops are asked for most. Nothing that is not called cached is asked for twice in the same words. */
export function pathsOf({ url, products, shoppers, tokens }: Shop): Path[] {
  const [first] = products;
  const anyProduct = inTurn(products);
  const anyToken = inTurn(tokens);
  const anyShopper = inTurn(shoppers);
  const anyWord = inTurn(products.flatMap(({ name }) => name.split(' ')));
  const prices = newPriceRanges();
  const spelling = newSpellings(products);

  const run =
    <Kept extends object>(steps: Step<Kept>[], start: () => Kept): Path['drive'] =>
    (connections, seconds) =>
      drive(url, steps, { connections, seconds, start });
  const call = (make: () => Call) => run<Nothing>([{ status: 200, make }], () => ({}));
  const get = (path: () => string) => call(() => ({ method: 'GET', path: path() }));

  const logIn = call(() => {
    const { email, password } = anyShopper();
    return post('/v1/auth/login', { email, password });
  });

  return [
    {
      name: 'list of 20, cached',
      drive: get(() => '/v1/products?limit=20'),
      limit: 'hello',
      target: { share: 1 / 2 },
    },
    { name: 'detail, cached', drive: get(() => `/v1/products/${first?.id}`), limit: 'hello', target: { share: 1 / 2 } },
    {
      name: 'list of 20, uncached',
      drive: get(() => `/v1/products?limit=20&${prices()}`),
      limit: 'select',
      target: { perSecond: 300 },
    },
    {
      name: 'detail, uncached',
      drive: get(() => `/v1/products/${spelling()}`),
      limit: 'select',
      target: { perSecond: 600 },
    },
    {
      name: 'search, uncached',
      drive: get(() => `/v1/products?limit=20&q=${anyWord()}&${prices()}`),
      limit: 'select',
      target: { perSecond: 250 },
    },
    {
      name: 'add to the cart',
      drive: call(() => add(anyToken(), anyProduct())),
      limit: 'select',
      target: { perSecond: 250 },
    },
    {
      name: 'login',
      // As many passwords are hashed at once as there are clients: the first answers come when all are nearly done.
      drive: (connections, seconds) => logIn(connections, seconds * 4),
      limit: 'hello',
    },
    {
      name: 'cart to paid order',
      drive: run<Purchase>(purchase(anyProduct), () => ({ shopper: anyShopper(), order: '' })),
      limit: 'pgbench -N',
      target: { share: 1 / 25 },
    },
  ];
}

/** Something into the cart, an order of it, and its payment. Each client is another shopper. */
function purchase(anyProduct: () => Product): Step<Purchase>[] {
  return [
    { status: 200, make: ({ shopper }) => add(shopper.token, anyProduct()) },
    {
      status: 201,
      make: ({ shopper: { token, address } }) =>
        post('/v1/orders', { shipping_address_id: address, billing_address_id: address }, token),
      keep: (kept, body) => {
        kept.order = Created.parse(JSON.parse(body)).id;
      },
    },
    {
      status: 201,
      make: ({ shopper, order }) => {
        const card = { payment_method_code: 'CREDIT_CARD', payment_token: 'tok_success' };
        return post('/v1/payments', { order_id: order, ...card }, shopper.token);
      },
    },
  ];
}

function add(token: string, { id }: Product): Call {
  return post('/v1/cart/items', { product_id: id, quantity: 1 }, token);
}

function post(path: string, body: object, token?: string): Call {
  const headers = { 'content-type': 'application/json', 'idempotency-key': uuidv7() };
  return {
    method: 'POST',
    path,
    headers: token === undefined ? headers : { ...headers, authorization: `Bearer ${token}` },
    body: JSON.stringify(body),
  };
}

function inTurn<Value>(values: readonly Value[]): () => Value {
  let next = 0;
  return () => {
    const value = values[next++ % values.length];
    if (value === undefined) throw new Error('There is nothing to take in turn.');
    return value;
  };
}

/** Ranges that nearly all products are in; 100,000 different ones. */
function newPriceRanges(): () => string {
  let next = 0;
  return () => {
    const cents = String(next % 100).padStart(2, '0');
    return `price[gte]=0.${cents}&price[lte]=${90_000 + (Math.floor(next++ / 100) % 1_000)}`;
  };
}

/** The id of each product in turn, the next time with another character written as `%xx`: the cache takes it for a new one. */
function newSpellings(products: readonly Product[]): () => string {
  let next = 0;
  return () => {
    const id = products[next % products.length]?.id ?? '';
    const position = Math.floor(next++ / products.length) % id.length;
    const code = id.charCodeAt(position).toString(16);
    return `${id.slice(0, position)}%${code}${id.slice(position + 1)}`;
  };
}
