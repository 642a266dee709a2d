import { afterEach, expect, test } from 'vitest';

import { withTrace } from '#shared/http/context.ts';
import { count, measureInto, type MetricsDataset } from '#shared/metrics.ts';

afterEach(() => measureInto({}));

test('a data point has the service, then labels and figures in their order', async () => {
  const points: Parameters<MetricsDataset['writeDataPoint']>[0][] = [];
  measureInto({ METRICS: { writeDataPoint: (point) => void points.push(point) } });
  await withTrace('orders', { requestId: 'request', traceparent: '' }, async () => {
    count({ name: 'request', method: 'GET', route: '/v1/orders/:id', status: '2xx', milliseconds: 12, database: 1 });
    count({ name: 'outbox', waiting: 3, oldestSeconds: 90 });
    count({ name: 'event', type: 'order.placed', outcome: 'failed', attempts: 4 });
  });
  expect(points).toEqual([
    { indexes: ['request'], blobs: ['request', 'orders', 'GET', '/v1/orders/:id', '2xx'], doubles: [12, 1] },
    { indexes: ['outbox'], blobs: ['outbox', 'orders'], doubles: [3, 90] },
    { indexes: ['event'], blobs: ['event', 'orders', 'order.placed', 'failed'], doubles: [4] },
  ]);
});

test('without a data set nothing happens', () => {
  expect(() => count({ name: 'funnel', step: 'cart' })).not.toThrow();
});
