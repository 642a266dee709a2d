import { readFileSync } from 'node:fs';

import { parse } from 'smol-toml';
import { expect, test } from 'vitest';
import { z } from 'zod';

import { BaseSection } from '#tools/environments/base-section.ts';
import { baseText, marker, withEnvironments } from '#tools/environments/sections.ts';
import { workers } from '#tools/workers.ts';

const text = `name = "orders"
main = "src/index.ts"
compatibility_date = "2026-11-17"
workers_dev = false

[vars]
ENVIRONMENT = "production"
CURRENCY = "USD"

[secrets]
required = ["DATABASE_URL"]

[[services]]
binding = "CART_SERVICE"
service = "cart"
entrypoint = "CartService"

[[ratelimits]]
name = "LIMIT"
namespace_id = "1001"
simple = { limit = 20, period = 60 }

[[queues.producers]]
binding = "CART_EVENTS"
queue = "cart-events"

[[queues.consumers]]
queue = "orders-events"
max_retries = 10
dead_letter_queue = "orders-events-dead"
`;

const plain = { log_sampling: 1, vars: {} };

function sections(settings: Parameters<typeof withEnvironments>[2], source = text) {
  const file = withEnvironments(source, BaseSection.parse(parse(baseText(source))), settings);
  return { file, env: z.object({ env: z.record(z.string(), z.unknown()) }).parse(parse(file)).env };
}

test('an environment repeats what wrangler does not hand on, under names of its own', () => {
  const { env } = sections({ staging: plain, production: plain });
  expect(env['staging']).toEqual({
    placement: { mode: 'smart' },
    observability: { enabled: true, head_sampling_rate: 1 },
    vars: { ENVIRONMENT: 'staging', CURRENCY: 'USD' },
    secrets: { required: ['DATABASE_URL'] },
    services: [{ binding: 'CART_SERVICE', service: 'cart-staging', entrypoint: 'CartService' }],
    ratelimits: [{ name: 'LIMIT', namespace_id: '11001', simple: { limit: 20, period: 60 } }],
    queues: {
      producers: [{ binding: 'CART_EVENTS', queue: 'cart-events-staging' }],
      consumers: [{ queue: 'orders-events-staging', max_retries: 10, dead_letter_queue: 'orders-events-staging-dead' }],
    },
  });
  expect(env['production']).toMatchObject({
    vars: { ENVIRONMENT: 'production' },
    services: [{ service: 'cart-production' }],
    ratelimits: [{ namespace_id: '21001' }],
  });
});

test('environments.toml changes variables and the place, and gives only the gateway a public name', () => {
  const settings = { ...plain, domain: 'api.example.org', region: 'aws:eu-central-1', log_sampling: 0.1 };
  const { env } = sections({ staging: plain, production: { ...settings, vars: { orders: { CURRENCY: 'EUR' } } } });
  expect(env['production']).toMatchObject({
    placement: { region: 'aws:eu-central-1' },
    observability: { enabled: true, head_sampling_rate: 0.1 },
    vars: { CURRENCY: 'EUR' },
  });
  expect(env['production']).not.toHaveProperty('routes');
  const gateway = sections({ staging: plain, production: settings }, text.replace('"orders"', '"gateway"')).env;
  expect(gateway['staging']).toMatchObject({ workers_dev: true, routes: [] });
  expect(gateway['production']).toMatchObject({
    workers_dev: false,
    routes: [{ pattern: 'api.example.org', custom_domain: true }],
  });
});

test('what is written above the marker stays as it is, and writing twice changes nothing', () => {
  const { file } = sections({ staging: plain, production: plain });
  expect(file.startsWith(`${text}\n${marker}\n`)).toBe(true);
  expect(sections({ staging: plain, production: plain }, file).file).toBe(file);
});

test('a kind of binding that no environment would get is refused', () => {
  const section = parse(`${text}\n[[kv_namespaces]]\nbinding = "KV"\nid = "1"\n`);
  expect(() => BaseSection.parse(section)).toThrow(/kv_namespaces/);
});

test('every queue and worker that an environment names is one of its own', () => {
  const Names = z.looseObject({
    services: z.array(z.object({ service: z.string() })).default([]),
    queues: z
      .object({
        producers: z.array(z.object({ queue: z.string() })).default([]),
        consumers: z.array(z.object({ queue: z.string(), dead_letter_queue: z.string() })).default([]),
      })
      .default({ producers: [], consumers: [] }),
  });
  const File = z.object({ env: z.object({ staging: Names, production: Names }) });
  const files = workers.map(({ config }) => File.parse(parse(readFileSync(config, 'utf8'))));
  for (const environment of ['staging', 'production'] as const) {
    const found = files.map(({ env }) => env[environment]);
    const consumed = found.flatMap(({ queues }) => queues.consumers);
    expect(consumed.map(({ queue }) => queue).sort()).toEqual(
      workers.map(({ name }) => `${name}-events-${environment}`).sort(),
    );
    expect(consumed.map((entry) => entry.dead_letter_queue)).toEqual(consumed.map(({ queue }) => `${queue}-dead`));
    const known = new Set(consumed.map(({ queue }) => queue));
    expect(found.flatMap(({ queues }) => queues.producers).filter(({ queue }) => !known.has(queue))).toEqual([]);
    const scripts = new Set(workers.map(({ name }) => `${name}-${environment}`));
    expect(found.flatMap(({ services }) => services).filter(({ service }) => !scripts.has(service))).toEqual([]);
  }
});
