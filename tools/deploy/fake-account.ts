/**
 * Stands in for wrangler in the tests of `npm run deploy`: answers as wrangler does, from an account that is a JSON file
 * (FAKE_ACCOUNT), and writes down every call beside it. It refuses what Cloudflare refuses: bindings to workers, entrypoints and
 * queues that do not exist, and a worker without its secrets.
 */
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';

import { parse } from 'smol-toml';

export interface Account {
  workers: Record<string, FakeWorker>;
  queues: string[];
}

interface FakeWorker {
  versions: { id: string; bindings: string[]; entrypoints: string[] }[];
  secrets: string[];
}

interface Section {
  vars?: Record<string, string>;
  secrets?: { required: string[] };
  services?: { service: string; entrypoint?: string }[];
  queues?: { producers?: { queue: string }[]; consumers?: { queue: string; dead_letter_queue: string }[] };
}

type Config = Section & { name: string; main: string; env?: Record<string, Section> };

const file = process.env['FAKE_ACCOUNT'] ?? '';
const account: Account = JSON.parse(readFileSync(file, 'utf8'));
const queuesOnPage = 10;

function refuse(message: string): never {
  console.error(`✘ [ERROR] A request to the Cloudflare API failed.\n  ${message}`);
  process.exit(1);
}

function save(): void {
  writeFileSync(file, JSON.stringify(account));
}

const args = process.argv.slice(2);
const { positionals, values } = parseArgs({
  args,
  allowPositionals: true,
  options: {
    config: { type: 'string', short: 'c', default: '' },
    env: { type: 'string', short: 'e' },
    page: { type: 'string', default: '1' },
    message: { type: 'string' },
    outdir: { type: 'string' },
    json: { type: 'boolean' },
    'dry-run': { type: 'boolean' },
  },
});
const called = args.map((arg) => (arg.endsWith('/wrangler.json') ? 'placeholder' : arg));
appendFileSync(`${file}.calls`, `${JSON.stringify(called)}\n`);

const text = readFileSync(values.config, 'utf8');
const config: Config = values.config.endsWith('.json') ? JSON.parse(text) : JSON.parse(JSON.stringify(parse(text)));
const section = values.env === undefined ? config : config.env?.[values.env];
const script = values.env === undefined ? config.name : `${config.name}-${values.env}`;

function deploy(): void {
  if (!section) return refuse('no such environment');
  for (const { service, entrypoint } of section.services ?? []) {
    const current = account.workers[service]?.versions.at(-1);
    if (!current) refuse(`Could not resolve service binding: script "${service}" not found [code: 10143]`);
    if (entrypoint !== undefined && !current.entrypoints.includes(entrypoint)) {
      refuse(`Could not resolve service binding: "${service}" has no entrypoint "${entrypoint}" [code: 10143]`);
    }
  }
  const { producers = [], consumers = [] } = section.queues ?? {};
  const wanted = [...producers, ...consumers].map(({ queue }) => queue);
  for (const queue of [...wanted, ...consumers.map((consumer) => consumer.dead_letter_queue)]) {
    if (!account.queues.includes(queue)) refuse(`Queue "${queue}" does not exist [code: 11000]`);
  }
  const worker = (account.workers[script] ??= { versions: [], secrets: [] });
  const missing = (section.secrets?.required ?? []).filter((name) => !worker.secrets.includes(name));
  if (missing.length > 0) refuse(`The following required secrets have not been set: ${missing.join(', ')}`);
  const version = {
    id: `${script}-v${worker.versions.length + 1}`,
    bindings: Object.keys(section.vars ?? {}),
    entrypoints: exported(),
  };
  worker.versions.push(version);
  const targets = script.startsWith('gateway') ? ['https://gateway.fake.workers.dev'] : [];
  const output = { type: 'deploy', version: 1, worker_name: script, version_id: version.id, targets };
  save();
  writeFileSync(
    process.env['WRANGLER_OUTPUT_FILE_PATH'] ?? '',
    `{"type":"wrangler-session"}\n${JSON.stringify(output)}\n`,
  );
}

function exported(): string[] {
  const main = join(dirname(values.config), config.main);
  // The sources are not copied beside a test's configuration.
  const source = existsSync(main) ? main : join(import.meta.dirname, '..', '..', main);
  return [...readFileSync(source, 'utf8').matchAll(/export class (\w+)/g)].map((found) => found[1] ?? '');
}

function known(): FakeWorker {
  return account.workers[script] ?? refuse('This Worker does not exist on your account. [code: 10007]');
}

function table(names: string[]): string {
  const rows = names.map((name) => `│ 0123abcd │ ${name} │ 2026-01-01 │ 1 │ 1 │`);
  return ['┌──────────┐', '│ id │ name │ created_on │ producers │ consumers │', ...rows, '└──────────┘'].join('\n');
}

switch (positionals.slice(0, 2).join(' ')) {
  case 'deployments list':
    console.log(
      JSON.stringify(known().versions.map(({ id }) => ({ versions: [{ version_id: id, percentage: 100 }] }))),
    );
    break;
  case 'versions view': {
    const version = known().versions.find(({ id }) => id === positionals[2]);
    const bindings = [
      ...(version?.bindings ?? []).map(() => 'plain_text'),
      ...known().secrets.map(() => 'secret_text'),
    ];
    console.log(JSON.stringify({ id: version?.id, resources: { bindings: bindings.map((type) => ({ type })) } }));
    break;
  }
  case 'secret list':
    console.log(JSON.stringify(known().secrets.map((name) => ({ name, type: 'secret_text' }))));
    break;
  case 'secret bulk': {
    const input = readFileSync(0, 'utf8');
    appendFileSync(`${file}.inputs`, `${input}\n`);
    known().secrets.push(...Object.keys(JSON.parse(input)));
    save();
    break;
  }
  case 'queues list': {
    const from = (Number(values.page) - 1) * queuesOnPage;
    console.log(account.queues.length > from ? table(account.queues.slice(from, from + queuesOnPage)) : '');
    break;
  }
  case 'queues create': {
    const name = positionals[2] ?? '';
    if (account.queues.includes(name)) refuse(`Queue name '${name}' is already taken. [code: 11009]`);
    account.queues.push(name);
    save();
    break;
  }
  case 'deploy':
    if (values['dry-run']) console.log('Total Upload: 10.00 KiB / gzip: 2.00 KiB');
    else deploy();
    break;
  default:
    refuse(`unknown command ${args.join(' ')}`);
}
