import { expect, it } from 'vitest';

import { readableLine } from '#tools/stack/log-line.ts';

const now = new Date(2026, 10, 22, 21, 24, 42);
const ids = { service: 'orders', request_id: '0f8fad5b-d9cb-469f', traceparent: '00-a-b-01' };
const logged = (fields: object) =>
  `[orders] ${JSON.stringify({ level: 'info', message: 'request', ...ids, ...fields })}`;

it('tells of a request in one line', () => {
  const line = logged({ method: 'POST', path: '/v1/orders', status: 201, ms: 45, db: 4 });
  expect(readableLine(line, now)).toBe('21:24:42   orders        201 POST /v1/orders  45 ms, 4 db [0f8fad5b]');
});

it('tells of an error with its fields and where it came from', () => {
  const line = logged({
    level: 'error',
    message: 'event failed',
    event: 7,
    error: 'Error: no',
    stack: ['at a', 'at b'],
  });
  expect(readableLine(line, now)).toBe(
    '21:24:42 ✗ orders        event failed  event=7  error=Error: no\n           at a\n           at b [0f8fad5b]',
  );
});

it.each(['Starting …', '[orders] {broken}', '{"level":"info"}'])('leaves %s as it is', (line) => {
  expect(readableLine(line, now)).toBe(line);
});

it('says nothing twice', () => {
  expect(readableLine('[wrangler:info] GET /livez 200 OK (3ms)', now)).toBeNull();
});
