import { requestContext } from '#shared/http/context.ts';

/** What a test can have become of a call, see `faultPoint`. Any other answer of its lets the call pass. */
const faults = ['fail-before', 'fail-after', 'time-out', 'kill'] as const;

/** Requests, calls, events and jobs whose worker has been killed: nothing of them goes on. */
const killed = new WeakSet<object>();

/**
 * A call to another service, a Durable Object, a queue or a database, which a test may disturb. In a stack started with
 * TEST_CHECKPOINTS, a request id `fault-<port>-<case>` has every call that is made for it, in whatever worker and
 * however late, ask the test at that port what is to become of it:
 *
 * - `fail-before`: it is not made, and fails;
 * - `fail-after`: it is made, its answer is lost, and it fails;
 * - `time-out`: its caller waits in vain; it takes effect all the same, when the test says so;
 * - `kill`: it is made, and nothing that the worker does for the request ever goes on.
 *
 * `limit` tells what waiting in vain is: the error of the call's own time limit, or left out, no answer ever.
 */
export async function faultPoint<Answer>(
  call: string,
  make: () => PromiseLike<Answer>,
  limit?: () => Error,
): Promise<Answer> {
  const context = requestContext();
  const [, port, id] = /^fault-(\d+)-([\w-]+)$/.exec(context.requestId) ?? [];
  if (port === undefined || id === undefined) return make();
  const ask = async (question: string): Promise<string> => {
    const body = JSON.stringify({ service: context.service, call, is_event: context.isEvent ?? false });
    return (await fetch(`http://127.0.0.1:${port}/${id}/${question}`, { method: 'POST', body })).text();
  };

  const answer = killed.has(context) ? 'kill' : await ask('point');
  // It may have been killed while this was asked for another call of it.
  if (killed.has(context)) return never();
  const fault = faults.find((known) => known === answer);
  switch (fault) {
    case 'fail-before':
      throw new Error('A test has this call fail.');
    case 'fail-after':
      await make();
      throw new Error('A test has the answer of this call lost.');
    case 'time-out':
      await goOn(async () => {
        await ask('late');
        await make();
      }, ask);
      if (limit) throw limit();
      return never();
    case 'kill':
      killed.add(context);
      await make();
      await ask('done');
      return never();
    case undefined:
      return make();
  }
}

function never(): Promise<never> {
  return new Promise(() => {});
}

/** Does the work beside the request, and after its end. */
async function goOn(work: () => Promise<void>, ask: (question: string) => Promise<string>): Promise<void> {
  const { waitUntil } = await import('cloudflare:workers');
  waitUntil(
    work()
      .catch(() => {})
      .then(() => ask('done')),
  );
}

/** The bindings, with a fault point before every call to another service, Durable Object or queue. Tests only. */
export function withFaultPoints<Bindings extends object>(env: Bindings): Bindings {
  if (!('TEST_CHECKPOINTS' in env) || env.TEST_CHECKPOINTS !== 'on') return env;
  return new Proxy(env, { get: (bindings, name) => pointsOf(String(name), Reflect.get(bindings, name)) });
}

function pointsOf(name: string, binding: unknown): unknown {
  if (typeof binding !== 'object' || binding === null) return binding;
  if (/_(SERVICE|EVENTS)$/.test(name)) return withPoints(name, binding);
  if (binding.constructor.name !== 'DurableObjectNamespace') return binding;
  return membersOf(binding, (method, values, call) =>
    method === 'get' || method === 'getByName' ? withPoints(name, call(values)) : call(values),
  );
}

/** All of its methods ask first. */
function withPoints(name: string, target: object): object {
  return membersOf(target, (method, values, call) => faultPoint(`${name}.${method}`, async () => call(values)));
}

/** The same object, its methods called in another way. The runtime's own methods refuse any other `this`. */
function membersOf(
  target: object,
  around: (method: string, values: unknown[], call: (values: unknown[]) => object) => unknown,
): object {
  return new Proxy(target, {
    get: (_target, name) => {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== 'function') return member;
      return (...values: unknown[]) => around(String(name), values, (given) => Reflect.apply(member, target, given));
    },
  });
}
