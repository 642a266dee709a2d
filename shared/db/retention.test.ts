import { expect, test } from 'vitest';

import { deletedAtOnce, deleteInParts } from '#shared/db/retention.ts';

test('parts follow one another until one is not full', async () => {
  const parts = [deletedAtOnce, deletedAtOnce, 7, 3];
  expect(await deleteInParts(async () => parts.shift() ?? 0)).toBe(2 * deletedAtOnce + 7);
  expect(parts).toEqual([3]);
});

test('a sweep ends although there is more', async () => {
  let calls = 0;
  const deleted = await deleteInParts(async () => {
    calls++;
    return deletedAtOnce;
  });
  expect({ calls, deleted }).toEqual({ calls: 20, deleted: 20 * deletedAtOnce });
});
