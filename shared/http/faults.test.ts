import { describe, expect, it, vi } from 'vitest';

import { withTrace } from '#shared/http/context.ts';
import { faultPoint, withFaultPoints } from '#shared/http/faults.ts';

const bindings = () => ({
  CART_SERVICE: { find: async (name: string) => `cart of ${name}` },
  CURRENCY: 'USD',
});

describe('fault points', () => {
  it('do not exist outside a stack for tests', () => {
    for (const env of [bindings(), { ...bindings(), TEST_CHECKPOINTS: '' }, { ...bindings(), TEST_CHECKPOINTS: 'off' }])
      expect(withFaultPoints(env)).toBe(env);
  });

  it('let everything pass, and ask nobody, for a request that no test disturbs', async () => {
    const fetching = vi.spyOn(globalThis, 'fetch');
    const env = withFaultPoints({ ...bindings(), TEST_CHECKPOINTS: 'on' });
    const trace = { requestId: 'fault-tolerance', traceparent: '' };
    const found = await withTrace('orders', trace, async () => [
      await env.CART_SERVICE.find('Sam'),
      await faultPoint('database', async () => 'rows'),
      env.CURRENCY,
    ]);
    expect(found).toEqual(['cart of Sam', 'rows', 'USD']);
    expect(fetching).not.toHaveBeenCalled();
    fetching.mockRestore();
  });

  it('ask the test that a request id names, and do what it says', async () => {
    const asked: string[] = [];
    const says = (fault: string) =>
      vi.spyOn(globalThis, 'fetch').mockImplementation(async (...request) => {
        const { url, body } = new Request(...request);
        asked.push(`${url} ${await new Response(body).text()}`);
        return new Response(fault);
      });
    const find = vi.fn(async (name: string) => `cart of ${name}`);
    const env = withFaultPoints({ CART_SERVICE: { find }, TEST_CHECKPOINTS: 'on' });
    const ask = () =>
      withTrace('orders', { requestId: 'fault-4000-a-b', traceparent: '' }, () => env.CART_SERVICE.find('Sam'));

    const passing = says('');
    expect(await ask()).toBe('cart of Sam');
    const failingBefore = says('fail-before');
    await expect(ask()).rejects.toThrow('A test has this call fail.');
    expect(find).toHaveBeenCalledTimes(1);
    const failingAfter = says('fail-after');
    await expect(ask()).rejects.toThrow('A test has the answer of this call lost.');
    expect(find).toHaveBeenCalledTimes(2);
    for (const spy of [passing, failingBefore, failingAfter]) spy.mockRestore();
    expect(asked[0]).toBe(
      'http://127.0.0.1:4000/a-b/point {"service":"orders","call":"CART_SERVICE.find","is_event":false}',
    );
    expect(asked).toHaveLength(3);
  });
});
