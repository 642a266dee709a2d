import { expect, it } from 'vitest';

import { turnTaking } from './turns.ts';

it('keeps the order for a key, also after a failure, and lets other keys pass', async () => {
  const inTurn = turnTaking();
  const seen: string[] = [];
  const gate = Promise.withResolvers<void>();
  const first = inTurn('a', async () => {
    await gate.promise;
    seen.push('a1');
    throw new Error('failed');
  });
  const second = inTurn('a', async () => seen.push('a2'));
  await inTurn('b', async () => seen.push('b1'));
  expect(seen).toEqual(['b1']);
  gate.resolve();
  await expect(first).rejects.toThrow('failed');
  await second;
  expect(seen).toEqual(['b1', 'a1', 'a2']);
});
