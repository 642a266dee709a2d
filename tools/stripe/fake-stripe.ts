import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';

import { Books, type Form } from './books.ts';
import { invalidRequest, missing, Refusal } from './refusal.ts';

/**
 * What goes wrong with requests whose `METHOD path` fits: `lost`, carried out, but the connection breaks before the
 * answer; `silent`, neither; a number, this status at once.
 */
interface Fault {
  on: RegExp;
  does: 'lost' | 'silent' | number;
  times: number;
}

interface Answer {
  status: number;
  body: unknown;
}

export interface FakeStripe {
  url: string;
  books: Books;
  /** `METHOD path` of all that came, in order. */
  requests: string[];
  /** Those of them that change something and could do so twice, as they came without an idempotency key. */
  keyless: string[];
  faults: Fault[];
  /** What the next requests that fit wait for before they are carried out. */
  hold: (on: RegExp) => { arrived: Promise<void>; release: () => void };
  /** As after 24 hours. */
  forgetKeys: () => void;
  close: () => Promise<void>;
}

interface Gate {
  on: RegExp;
  arrive: () => void;
  opened: Promise<void>;
}

export async function startFakeStripe(): Promise<FakeStripe> {
  const books = new Books();
  const requests: string[] = [];
  const keyless: string[] = [];
  const faults: Fault[] = [];
  const gates: Gate[] = [];
  const keys = new Map<string, { request: string; answer: Answer | undefined }>();

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '', 'http://localhost');
    const line = `${request.method} ${url.pathname}`;
    const body = await text(request);
    requests.push(line);
    if (request.method !== 'GET' && request.headers['idempotency-key'] === undefined) keyless.push(line);
    const fault = faults.find(({ on, times }) => times > 0 && on.test(line));
    if (fault) fault.times--;
    if (fault?.does === 'silent') return;
    if (typeof fault?.does === 'number') {
      send(response, { status: fault.does, body: { error: { type: 'api_error', message: 'fault' } } });
      return;
    }
    const answer = await once(request.headers['idempotency-key'], `${line}?${body}`, async () => {
      const gate = gates.find(({ on }) => on.test(line));
      gate?.arrive();
      await gate?.opened;
      return carriedOut(books, line, Object.fromEntries(new URLSearchParams(body || url.search)));
    });
    if (fault?.does === 'lost') response.destroy();
    else send(response, answer);
  }

  /** A key's first answer, success or not; what was refused before anything was done is not kept. */
  async function once(
    key: string | string[] | undefined,
    request: string,
    work: () => Promise<Answer>,
  ): Promise<Answer> {
    if (typeof key !== 'string') return work();
    const known = keys.get(key);
    if (known && known.request !== request) return errorAnswer(new Refusal(400, { type: 'idempotency_error' }));
    if (known) {
      return (
        known.answer ?? errorAnswer(new Refusal(409, { type: 'idempotency_error', code: 'idempotency_key_in_use' }))
      );
    }
    keys.set(key, { request, answer: undefined });
    const answer = await work();
    if (answer.status === 400 || answer.status === 404) keys.delete(key);
    else keys.set(key, { request, answer: structuredClone(answer) });
    return answer;
  }

  const server = createServer((request, response) => {
    handle(request, response).catch((error: unknown) => response.destroy(error instanceof Error ? error : undefined));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no port.');
  return {
    url: `http://127.0.0.1:${address.port}`,
    books,
    requests,
    keyless,
    faults,
    hold: (on) => {
      const arrival = Promise.withResolvers<void>();
      const opening = Promise.withResolvers<void>();
      gates.push({ on, arrive: arrival.resolve, opened: opening.promise });
      return { arrived: arrival.promise, release: opening.resolve };
    },
    forgetKeys: () => keys.clear(),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function send(response: ServerResponse, { status, body }: Answer): void {
  response.writeHead(status, { 'content-type': 'application/json', 'request-id': 'req_fake' });
  response.end(JSON.stringify(body));
}

function carriedOut(books: Books, line: string, form: Form): Answer {
  try {
    return { status: 200, body: structuredClone(shown(books, form, answerOf(books, line, form))) };
  } catch (error) {
    if (error instanceof Refusal) return errorAnswer(error);
    throw error;
  }
}

function errorAnswer({ status, body }: Refusal): Answer {
  return { status, body: { error: structuredClone(body) } };
}

function answerOf(books: Books, line: string, form: Form): object {
  const [, name = '', id = '', action = ''] = /^(\w+ \/v1\/\w+)(?:\/(\w+))?(?:\/(\w+))?$/.exec(line) ?? [];
  const isSearch = id === 'search';
  switch (`${name}${id && !isSearch ? '/:id' : ''}${isSearch ? '/search' : ''}${action && `/${action}`}`) {
    case 'POST /v1/payment_intents':
      return books.createIntent(form);
    case 'GET /v1/payment_intents/search':
      return { object: 'search_result', has_more: false, data: books.search(form.query ?? '') };
    case 'GET /v1/payment_intents/:id':
      return books.intent(id);
    case 'POST /v1/payment_intents/:id':
      return books.updateIntent(id, form);
    case 'POST /v1/payment_intents/:id/confirm':
      return books.confirmIntent(id, form);
    case 'POST /v1/payment_intents/:id/cancel':
      return books.cancelIntent(id, form);
    case 'POST /v1/customers':
      return books.createCustomer(form);
    case 'POST /v1/setup_intents':
      return books.createSetupIntent(form);
    case 'GET /v1/payment_methods/:id':
      return books.paymentMethod(id);
    case 'POST /v1/payment_methods/:id/detach':
      return books.detach(id);
    case 'POST /v1/refunds':
      return books.createRefund(form);
    case 'GET /v1/refunds':
      return listed(books.refundsOf(form.payment_intent ?? ''), form);
    default:
      throw new Refusal(404, { ...missing('url').body, message: `Not faked: ${line}` });
  }
}

/** At most two to a page, so that a reader has to turn over. */
function listed(all: { id: string }[], { starting_after }: Form) {
  const start = starting_after === undefined ? 0 : all.findIndex(({ id }) => id === starting_after) + 1;
  if (starting_after !== undefined && start === 0) throw invalidRequest('resource_missing');
  return { object: 'list', data: all.slice(start, start + 2), has_more: all.length > start + 2 };
}

/** With the payment method in it, where the request asks for that. */
function shown(books: Books, form: Form, answer: object): object {
  const isExpanded = form['expand[0]'] === 'payment_method' && 'payment_method' in answer;
  if (!isExpanded || typeof answer.payment_method !== 'string') return answer;
  return { ...answer, payment_method: books.paymentMethod(answer.payment_method) };
}
