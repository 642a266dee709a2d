import { readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { join } from 'node:path';

import type { Bundle } from './bundles.ts';
import type { Value } from './capnp.ts';
import { objectsOf, type Platform } from './services.ts';

interface Options {
  bundles: readonly Bundle[];
  adminToken: string;
  /** Tests only: `admin` can move the clocks of queues and schedules. */
  hasTestClock: boolean;
}

/** Of our own workers and those that are built into workerd. */
const runtime = { compatibilityDate: '2026-11-17', compatibilityFlags: ['service_binding_extra_handlers'] };
const rateLimitModule = 'serve:rate-limit';

/** What the workers find here of the platform that they are written for; of metrics, which are for Cloudflare's dashboards, nothing. */
export const platform: Platform = {
  bindingsOf: (config) => [
    ...config.queues.producers.map(({ binding, queue }) => ({ name: binding, queue: queueNamed(queue) })),
    ...config.ratelimits.map(({ name, simple: { limit, period } }) => ({
      name,
      wrapped: {
        moduleName: rateLimitModule,
        innerBindings: [json('LIMIT', limit), json('PERIOD_SECONDS', period)],
      },
    })),
    ...(config.assets ? [{ name: config.assets.binding, service: { name: 'assets', entrypoint: 'AssetWorker' } }] : []),
  ],
  absent: 'absent',
  // They hold connections, and there is a fixed number of them.
  pinned: ['CartConnection'],
};

/** Modules of workerd itself that workers may not import. */
export function extensions(): Value[] {
  const modules = [{ name: rateLimitModule, internal: true, esModule: moduleText('rate-limit.ts') }];
  return [{ modules }];
}

/** The services behind the bindings, and `admin`, for whoever runs this machine. */
export function platformServices({ bundles, adminToken, hasTestClock }: Options): Value[] {
  const assets = bundles.find(({ config }) => config.assets)?.config.assets;
  const clock = hasTestClock ? [json('TEST_CLOCK', true)] : [];
  return [
    queueService(bundles, clock),
    cronService(bundles, clock),
    adminService(bundles, adminToken, hasTestClock),
    ...(assets ? [assetService(assets)] : []),
  ];
}

/** The gateway with `edge.ts` around it. */
export function gatewayModules(bundle: Value): Value[] {
  return [
    moduleOf('edge.ts'),
    moduleOf('gate.ts'),
    moduleOf('memory-cache.ts'),
    { name: 'gateway-bundle', esModule: bundle },
  ];
}

/** workerd's own implementation of Cloudflare Queues, on a Durable Object for each queue. */
function queueService(bundles: readonly Bundle[], clock: Value[]): Value {
  const consumers: [string, object][] = consumersOf(bundles).flatMap(({ worker: consumer, settings }) => {
    const dead = settings.dead_letter_queue;
    const own = {
      consumer,
      maxBatchSize: settings.max_batch_size,
      maxBatchTimeout: settings.max_batch_timeout,
      maxRetries: settings.max_retries,
      retryDelay: settings.retry_delay,
      ...(dead && { deadLetterQueue: dead }),
    };
    const letters = { consumer: 'admin', maxBatchSize: 100, maxBatchTimeout: 0, maxRetries: 1_000_000, retryDelay: 10 };
    return [[settings.queue, own], ...(dead ? [[dead, letters] satisfies [string, object]] : [])];
  });
  const names = [...new Set(consumersOf(bundles).map((consumer) => consumer.worker)), 'admin'];
  const bindings = [
    { name: 'SHARD', durableObjectNamespace: 'QueueShard' },
    json('CONSUMERS', Object.fromEntries(consumers)),
    ...names.map((name) => ({ name, service: name })),
    ...clock,
  ];
  return worker('queues', [{ name: 'queues.js', bundled: '/workerd/queues.js' }], bindings, ['QueueShard']);
}

/** workerd's own implementation of cron triggers. */
function cronService(bundles: readonly Bundle[], clock: Value[]): Value {
  const scheduled = bundles.filter(({ config }) => config.triggers.crons.length > 0);
  const bindings = [
    { name: 'SCHEDULE', durableObjectNamespace: 'Schedule' },
    json('CRONS', Object.fromEntries(scheduled.map(({ name, config }) => [name, config.triggers.crons]))),
    ...scheduled.map(({ name }) => ({ name, service: name })),
    ...clock,
  ];
  return worker('cron', [{ name: 'cron.js', bundled: '/workerd/cron.js' }], bindings, ['Schedule']);
}

function adminService(bundles: readonly Bundle[], token: string, hasTestClock: boolean): Value {
  const queues = consumersOf(bundles).map(({ settings }) => settings.queue);
  const bindings = [
    { name: 'ADMIN_TOKEN', text: token },
    { name: 'LETTERS', durableObjectNamespace: 'DeadLetters' },
    { name: 'GATE', service: { name: 'gateway', entrypoint: 'Gate' } },
    { name: 'MAILBOX', durableObjectNamespace: { className: 'Mailbox', serviceName: 'notifications' } },
    json('QUEUES', queues),
    ...queues.map((queue) => ({ name: `queue ${queue}`, queue: queueNamed(queue) })),
    ...(hasTestClock ? ['cron', 'queues'].map((name) => ({ name: `clock ${name}`, service: name })) : []),
  ];
  return worker('admin', [moduleOf('admin.ts'), moduleOf('dead-letters.ts')], bindings, ['DeadLetters']);
}

/** workerd's own implementation of static assets. */
function assetService({ directory, html_handling }: { directory: string; html_handling?: string | undefined }): Value {
  const headers = '/openapi.yaml\n  Content-Type: application/yaml; charset=utf-8\n'; // it knows no YAML
  const config = JSON.stringify({ html_handling, headers });
  return { name: 'assets', assets: { path: directory, config, compatibilityDate: runtime.compatibilityDate } };
}

function consumersOf(bundles: readonly Bundle[]) {
  return bundles.flatMap(({ name, config }) => config.queues.consumers.map((settings) => ({ worker: name, settings })));
}

function queueNamed(queue: string): Value {
  return { name: 'queues', props: { json: JSON.stringify({ queue }) } };
}

function worker(name: string, modules: Value[], bindings: Value[], classes: readonly string[] = []): Value {
  return { name, worker: { modules, ...runtime, bindings, ...objectsOf(name, classes) } };
}

function json(name: string, value: unknown): Value {
  return { name, json: JSON.stringify(value) };
}

function moduleOf(name: string): Value {
  return { name, esModule: moduleText(name) };
}

/** workerd takes no types. */
function moduleText(name: string): string {
  return stripTypeScriptTypes(readFileSync(join(import.meta.dirname, 'platform', name), 'utf8'));
}
