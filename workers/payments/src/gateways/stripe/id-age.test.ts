import { expect, it } from 'vitest';

import { ageInHours } from './id-age.ts';

it('reads the time that a UUIDv7 begins with', () => {
  // RFC 9562, A.6: made on 2022-02-22 at 19:22:22 UTC.
  const id = '017f22e2-79b0-7cc3-98c4-dc0c0c07398f';
  expect(ageInHours(id, new Date('2022-02-22T19:22:22Z'))).toBe(0);
  expect(ageInHours(id, new Date('2022-02-23T18:22:22Z'))).toBe(23);
});
