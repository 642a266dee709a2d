import { expect, it, vi } from 'vitest';

import { Problem } from '#shared/http/problem.ts';

import { tokenKeysOf } from './token-keys.ts';

const secret = JSON.stringify({ current: 'one', keys: { one: Buffer.alloc(32, 1).toString('base64') } });

it('reads the secret once', async () => {
  const keys = await tokenKeysOf({ TOKEN_ENCRYPTION_KEYS: secret });
  expect(keys.current).toBe('one');
  expect(await tokenKeysOf({ TOKEN_ENCRYPTION_KEYS: secret })).toBe(keys);
});

it.each([{}, { TOKEN_ENCRYPTION_KEYS: '' }, { TOKEN_ENCRYPTION_KEYS: '{"current":"one","keys":{"one":"hidden"}}' }])(
  'is a 503 and a line for the operator without it, each time',
  async (env) => {
    const logged = vi.spyOn(console, 'error').mockImplementation(() => {});
    for (let time = 0; time < 2; time++) {
      const error = await tokenKeysOf(env).catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(Problem);
      expect(error).toMatchObject({ code: 'service_unavailable', headers: { 'retry-after': '1' } });
    }
    const lines = logged.mock.calls.map(String);
    logged.mockRestore();
    expect(lines).toHaveLength(2);
    expect(lines[0]).toContain('TOKEN_ENCRYPTION_KEYS must be');
    expect(lines[0]).not.toContain('hidden');
  },
);
