import { expect, it } from 'vitest';

import { whyUnusable } from './gateways.ts';

it('refuses the sandbox in production', () => {
  expect(whyUnusable('sandbox', 'production')).toMatch(/refused in production/);
});

it.each(['local', 'test', 'staging'])('takes the sandbox in %s', (environment) => {
  expect(whyUnusable('sandbox', environment)).toBeNull();
});

it('refuses a gateway that does not exist', () => {
  expect(whyUnusable('sandbax', 'local')).toMatch(/names no gateway/);
});
