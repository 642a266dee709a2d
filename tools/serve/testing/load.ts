import { once } from 'node:events';
import { Agent, type IncomingMessage, request } from 'node:http';
import { json } from 'node:stream/consumers';

import { uuidv7 } from 'uuidv7';

import type { Body } from '#tools/serve/testing.ts';

export interface Shopper {
  token: string;
  addressId: string;
}

interface Options {
  port: number;
  /** What is looked at and bought; there is enough of it. */
  product: { id: string; slug: string };
  /** They fill their carts and empty them again. */
  browsers: Shopper[];
  /** They order and pay, one order after the other. */
  buyers: Shopper[];
}

export interface Load {
  /** How many requests were answered, by the answer's `x-build`. */
  answered: Map<string, number>;
  /** Requests that got another answer than the right one, or none. Whoever met with that asks no more. */
  failures: string[];
  /** Ids of the orders that were answered with 201, and paid. */
  orders: string[];
  /** Resolves when everybody has ended what they had begun. */
  stop: () => Promise<void>;
}

type Ask = (status: number, method: string, path: string, more?: { token?: string; body?: unknown }) => Promise<Body>;

/** An address has a limit of requests a minute. */
const requestsOfAddress = 250;
const patienceMilliseconds = 60_000;

/**
 * Uses the shop until it is stopped, every second client on connections that it keeps, the others on a new one for each
 * request. No request is sent twice.
 */
export function startLoad({ port, product, browsers, buyers }: Options): Load {
  const load = { answered: new Map<string, number>(), failures: new Array<string>(), orders: new Array<string>() };
  const stopping = new AbortController();

  function clientAt(index: number): Ask {
    const agent = new Agent({ keepAlive: index % 2 === 0, maxSockets: 1 });
    let count = 0;
    return async (status, method, path, { token, body } = {}) => {
      const text = body === undefined ? undefined : JSON.stringify(body);
      const sent = request({
        ...{ host: '127.0.0.1', port, method, path, agent, signal: AbortSignal.timeout(patienceMilliseconds) },
        headers: {
          'x-forwarded-for': `198.18.${index}.${Math.floor(count++ / requestsOfAddress) % 256}`,
          ...(token !== undefined && { authorization: `Bearer ${token}` }),
          ...(text !== undefined && { 'content-type': 'application/json', 'idempotency-key': uuidv7() }),
        },
      }).end(text);
      const answer = await answerTo(sent);
      if (answer.status !== status) throw new Error(`${answer.status} ${JSON.stringify(answer.body)}`);
      load.answered.set(answer.build, (load.answered.get(answer.build) ?? 0) + 1);
      return answer.body;
    };
  }

  async function run(index: number, visit: (ask: Ask) => Promise<void>): Promise<void> {
    const ask = clientAt(index);
    let now = '';
    const askAndSay: Ask = (status, method, path, more) => {
      now = `${method} ${path}`;
      return ask(status, method, path, more);
    };
    try {
      while (!stopping.signal.aborted) await visit(askAndSay);
    } catch (error) {
      load.failures.push(`client ${index}: ${now}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  const look = async (ask: Ask) => {
    await ask(200, 'GET', `/v1/products?limit=5&q=${uuidv7().slice(-2)}`);
    await ask(200, 'GET', `/v1/products/${product.slug}`);
  };

  const fill = async (ask: Ask, { token }: Shopper) => {
    await ask(200, 'POST', '/v1/cart/items', { token, body: { product_id: product.id, quantity: 1 } });
    await ask(200, 'GET', '/v1/cart', { token });
    await ask(200, 'DELETE', `/v1/cart/items/${product.id}`, { token });
  };

  const buy = async (ask: Ask, { token, addressId }: Shopper) => {
    await ask(200, 'POST', '/v1/cart/items', { token, body: { product_id: product.id, quantity: 1 } });
    const checkout = { shipping_address_id: addressId, billing_address_id: addressId };
    const { id } = await ask(201, 'POST', '/v1/orders', { token, body: checkout });
    load.orders.push(id);
    const payment = { order_id: id, payment_method_code: 'CREDIT_CARD', payment_token: 'tok_success' };
    const { status } = await ask(201, 'POST', '/v1/payments', { token, body: payment });
    if (status !== 'SUCCESS') throw new Error(`The payment is ${status}`);
    // The event of the payment empties it.
    while ((await ask(200, 'GET', '/v1/cart', { token })).items.length > 0);
  };

  const visits = [
    ...[look, look, look, look],
    ...browsers.map((shopper) => (ask: Ask) => fill(ask, shopper)),
    ...buyers.map((shopper) => (ask: Ask) => buy(ask, shopper)),
  ];
  const clients = visits.map((visit, index) => run(index, visit));
  return {
    ...load,
    stop: async () => {
      stopping.abort();
      await Promise.all(clients);
    },
  };
}

async function answerTo(sent: ReturnType<typeof request>): Promise<{ status: number; build: string; body: Body }> {
  const [response]: IncomingMessage[] = await once(sent, 'response');
  if (!response) throw new Error('no answer');
  const body: Body = await json(response);
  return { status: response.statusCode ?? 0, build: String(response.headers['x-build']), body };
}
