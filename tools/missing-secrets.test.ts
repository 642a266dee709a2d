import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';

import { startPostgres } from '#tools/postgres/launcher.ts';
import { startNeonEndpoint } from '#tools/postgres/neon-endpoint.ts';
import { optionalSecretsOf, secrets, secretsOf } from '#tools/secrets/catalogue.ts';
import { newSecrets } from '#tools/secrets/generate.ts';
import { type Bundle, bundleWorkers, declaredWorkers } from '#tools/serve/bundles.ts';
import { startMongo } from '#tools/stack/mongo.ts';
import { type WorkerName, workers } from '#tools/workers.ts';

import { startWorkers } from '../bench/workerd/workers.ts';

vi.setConfig({ hookTimeout: 180_000 });

const ports = { postgres: 26_210, neon: 26_211, mongo: 26_212 };
const message = 'this worker answers 503 to everything until its configuration is complete';

/** A route of each worker that answers without a database. Notifications has none. */
const routes: Record<WorkerName, string | null> = {
  gateway: '/livez',
  users: '/v1/me',
  products: '/v1/admin/products',
  cart: '/v1/cart',
  orders: '/v1/orders',
  payments: '/v1/admin/transactions',
  notifications: null,
};

/** Texts that others make up: that they are empty is all that can be wrong with them. */
const ofAnyForm = ['STRIPE_SECRET_KEY', 'STRIPE_WEBHOOK_SECRET', 'SANDBOX_WEBHOOK_SECRET', 'RESEND_API_KEY'];

/** A worker with these variables, and what is wrong with its secrets. */
interface Case {
  worker: WorkerName;
  variables: Record<string, string>;
  missing: string[];
  invalid: string[];
}

/** The worker with all its secrets, with each of them missing and malformed, and with none; again where it has more. */
function casesOf({ name: worker, config }: Pick<Bundle, 'name' | 'config'>): Case[] {
  const required = (variables: object) => secretsOf(worker, config.secrets.required, { ...config.vars, ...variables });
  const optional = (variables: object) => optionalSecretsOf(worker, { ...config.vars, ...variables });
  const cases = (variables: Record<string, string>, known: string[]): Case[] => {
    const all = required(variables);
    const own = all.filter((name) => !known.includes(name));
    return [
      { missing: [], invalid: [] },
      ...own.map((name) => ({ missing: [name], invalid: [] })),
      ...[...own, ...optional(variables)].map((name) => ({ missing: [], invalid: [name] })),
      ...(all.length > 1 ? [{ missing: all.toSorted(), invalid: [] }] : []),
    ].map((wrong) => ({ worker, variables, ...wrong }));
  };
  const settings = secrets.flatMap(({ only }) => {
    const isOther = only?.worker === worker && config.vars[only.variable] !== only.value;
    return isOther ? [JSON.stringify({ [only.variable]: only.value })] : [];
  });
  return [...cases({}, []), ...[...new Set(settings)].flatMap((text) => cases(JSON.parse(text), required({})))];
}

const gatewayCases = declaredWorkers().flatMap((worker) => (worker.name === 'gateway' ? casesOf(worker) : []));
const serviceCases = declaredWorkers().flatMap((worker) => (worker.name === 'gateway' ? [] : [casesOf(worker)]));

/** What runs together: a case of each service behind the gateway; the gateway by itself where it lacks something. */
const rounds: Case[][] = [
  ...Array.from({ length: Math.max(...serviceCases.map(({ length }) => length)) }, (_, index) => [
    ...gatewayCases.slice(0, 1),
    ...serviceCases.flatMap((of) => of[index] ?? []),
  ]),
  ...gatewayCases.slice(1).map((lacking) => [lacking]),
];

const Names = z.array(z.string()).transform((names) => names.toSorted());
const Line = z.looseObject({
  level: z.string(),
  message: z.string(),
  service: z.string(),
  missing: Names.optional(),
  invalid: Names.optional(),
});
const Readiness = z.object({ checks: z.record(z.string(), z.object({ status: z.string() })) });

interface Answer {
  status: number;
  type: string | null;
  body: unknown;
}

/** What a round answered, by path, and what it logged. */
interface Observed {
  answers: Map<string, Answer>;
  lines: z.infer<typeof Line>[];
  log: string;
}

const folder = mkdtempSync(join(tmpdir(), 'shop-secrets-'));
const stops: (() => Promise<void>)[] = [];
const observed: Observed[] = [];
let values: Awaited<ReturnType<typeof newSecrets>>['secrets'] = {};

beforeAll(async () => {
  const database = `secrets_${randomUUID().replaceAll('-', '')}`;
  const [bundles] = await Promise.all([
    bundleWorkers(
      workers.map(({ name }) => name),
      join(folder, 'build'),
    ),
    startDatabases(database),
  ]);
  const url = `postgresql://postgres:postgres@127.0.0.1:${ports.postgres}/${database}`;
  const given = {
    ...Object.fromEntries(secrets.map(({ name }) => [name, `${name}-${randomUUID()}`])),
    ...Object.fromEntries(workers.map(({ name }) => [`DATABASE_URL_${name.toUpperCase()}`, url])),
    MONGODB_URI: `mongodb://127.0.0.1:${ports.mongo}/${database}`,
  };
  ({ secrets: values } = await newSecrets(given));
  for (const [index, round] of rounds.entries()) {
    observed.push(await observe(bundles, round, join(folder, `round-${index}`)));
  }
});

afterAll(async () => {
  for (const stop of stops) await stop();
  rmSync(folder, { recursive: true, force: true });
});

/** Empty ones, for the readiness probe. */
async function startDatabases(database: string): Promise<void> {
  const options = { durable: false, log: () => {} };
  const [postgres, mongo, neon] = await Promise.all([
    startPostgres({ ...options, directory: join(folder, 'postgres'), port: ports.postgres, databases: [database] }),
    startMongo({ ...options, file: join(folder, 'mongo.sqlite'), port: ports.mongo }),
    startNeonEndpoint({ port: ports.neon, postgresPort: ports.postgres }),
  ]);
  stops.push(neon.close, mongo.stop, postgres.stop);
}

async function observe(bundles: Bundle[], round: Case[], directory: string): Promise<Observed> {
  const running = await startWorkers({
    bundles: bundles.filter(({ name }) => round.some(({ worker }) => worker === name)),
    directory,
    variables: (name) => variablesOf(round.find(({ worker }) => worker === name)),
  });
  const answers = new Map<string, Answer>();
  try {
    const paths = ['/readyz', ...round.flatMap(({ worker }) => routes[worker] ?? [])];
    // All of them twice: once in the life of an isolate is once.
    for (const path of [...paths, ...paths]) {
      const response = await fetch(running.url('gateway') + path);
      answers.set(path, {
        status: response.status,
        type: response.headers.get('content-type'),
        body: await response.json(),
      });
    }
  } finally {
    await running.stop();
  }
  const log = readFileSync(join(directory, 'workerd.log'), 'utf8');
  const lines = log.split('\n').filter((line) => line.startsWith('{'));
  return { answers, lines: lines.map((line) => Line.parse(JSON.parse(line))), log };
}

/** The case's variables and secrets, those that it malforms without their first character. What is optional is left out. */
function variablesOf(one: Case | undefined): Record<string, string> {
  if (!one) return {};
  const { worker, variables, missing, invalid } = one;
  const given = Object.entries(values[worker] ?? {}).flatMap(([name, value]): [string, string][] => {
    if (value === null || missing.includes(name)) return [];
    if (invalid.includes(name)) return [[name, ofAnyForm.includes(name) ? '' : value.slice(1)]];
    return secrets.some((secret) => secret.name === name && secret.isOptional) ? [] : [[name, value]];
  });
  // In production the sandbox would be one thing more that is wrong.
  const common = { ENVIRONMENT: 'staging', NEON_ENDPOINT: `http://127.0.0.1:${ports.neon}/sql` };
  return { ...common, ...variables, ...Object.fromEntries(given) };
}

const told = rounds.flatMap((round, index) => round.map((one) => ({ ...one, round: index, title: titleOf(one) })));
const lacking = told.filter(({ missing, invalid }) => missing.length + invalid.length > 0);
const complete = told.filter((one) => !lacking.includes(one));

function titleOf({ worker, variables, missing, invalid }: Case): string {
  const where = Object.entries(variables).map(([name, value]) => ` where ${name} is ${value}`);
  const what = [...missing.map((name) => ` without ${name}`), ...invalid.map((name) => ` with a malformed ${name}`)];
  return `${worker}${where.join('')}${what.join(',')}`;
}

/** What a round had of a worker: the answer of its route, the probe's, and what it said of its configuration. */
function seenOf({ worker, round }: { worker: WorkerName; round: number }) {
  const { answers, lines } = observed[round] ?? { answers: new Map<string, Answer>(), lines: [] };
  const probe = answers.get('/readyz');
  const ready = Readiness.safeParse(probe?.body);
  return {
    answer: answers.get(routes[worker] ?? ''),
    readiness: worker === 'gateway' ? probe : ready.data?.checks[worker]?.status,
    errors: lines.filter(({ service, level }) => service === worker && level === 'error'),
  };
}

const refusal = {
  status: 503,
  type: 'application/problem+json',
  body: expect.objectContaining({ status: 503, code: 'service_unavailable' }),
};

it.each(lacking.map((one) => [one.title, one] as const))(
  '%s answers 503, and its log says why, once',
  (_title, one) => {
    const { worker, missing, invalid, round } = one;
    expect(seenOf({ worker, round })).toEqual({
      answer: routes[worker] === null ? undefined : refusal,
      readiness: worker === 'gateway' ? refusal : 'down',
      errors: [expect.objectContaining({ message, missing, invalid })],
    });
  },
);

describe('with all of them', () => {
  it.each(complete.filter(({ worker }) => worker !== 'gateway'))('$title is ready', (one) => {
    const { answer, readiness, errors } = seenOf(one);
    expect({ status: answer?.status, readiness, errors }).toEqual({
      status: routes[one.worker] === null ? undefined : 401,
      readiness: 'ok',
      errors: [],
    });
  });

  it('the gateway is', () => {
    const { answer, readiness } = seenOf({ worker: 'gateway', round: 0 });
    expect([answer, readiness]).toMatchObject([{ status: 200 }, { status: 200, body: { status: 'ok' } }]);
  });
});

it.each([...rounds.keys()])('no secret is in any answer or line of round %i', (round) => {
  const { log, answers } = observed[round] ?? { log: '', answers: new Map<string, Answer>() };
  expect(log).toContain('"message":"request"');
  const said = log + JSON.stringify([...answers.values()]);
  const all = Object.values(values).flatMap((of) => Object.values(of).filter((value) => value !== null));
  // Whole or in parts: a key, the name of a database.
  const parts = all.flatMap((value) => [value, ...(value.match(/[\w+=-]{12,}/g) ?? [])]);
  expect(parts.length).toBeGreaterThan(all.length);
  expect(parts.filter((part) => said.includes(part))).toEqual([]);
});
