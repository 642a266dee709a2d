/** `npm start`: a whole local shop in one process. */
import { rmSync } from 'node:fs';
import { parseArgs } from 'node:util';

import { demoAccounts, loadDemoData } from '#tools/stack/demo.ts';
import { readableLine } from '#tools/stack/log-line.ts';
import { startStack } from '#tools/stack/stack.ts';

const usage = `Runs the shop on this machine.

  npm start [-- options]

  --port <number>  the gateway's port (default 8787); the databases use the four after it
  --data <folder>  where data is kept (default .data/shop)
  --fresh          begin with an empty shop: deletes the data folder
  --verbose        show the workers' log lines (they are always written to <data>/workers.log)

DATABASE_URL_USERS, DATABASE_URL_PRODUCTS, DATABASE_URL_ORDERS, DATABASE_URL_PAYMENTS and MONGODB_URI replace the
embedded databases.`;

function readOptions() {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '8787' },
      data: { type: 'string', default: '.data/shop' },
      fresh: { type: 'boolean', default: false },
      verbose: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 1024 || port > 65_000)
    throw new Error(`Not a port from 1024 to 65000: ${values.port}`);
  return { ...values, port };
}

const startedAt = Date.now();

function say(line: string): void {
  console.log(`${((Date.now() - startedAt) / 1_000).toFixed(1).padStart(5)} s  ${line}`);
}

async function main(): Promise<void> {
  const { port, data, fresh, verbose, help } = readOptions();
  if (help) return console.log(usage);
  const ending = endOnSignal();
  if (fresh) rmSync(data, { recursive: true, force: true });
  const stack = await startStack({
    directory: data,
    port,
    durable: true,
    log: say,
    onWorkerLine: (line) => {
      if (!verbose && !/\bERROR\b|"level":"error"/.test(line)) return;
      const readable = readableLine(line, new Date());
      if (readable !== null) console.log(readable);
    },
  });
  ending.stop = () => stack.stop();
  try {
    await loadDemoData(stack, say);
  } catch (error) {
    await stack.stop();
    throw error;
  }
  say('Ready\n');
  console.log(banner(stack.url));
  await stack.ended;
  if (!ending.isRequested) {
    await stack.stop();
    throw new Error(`The workers ended by themselves: see ${data}/workers.log`);
  }
}

/** The first signal ends everything in order, a second one at once. Before anything runs there is nothing to stop. */
function endOnSignal() {
  const ending = { isRequested: false, stop: async () => {} };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (ending.isRequested) process.exit(1);
      ending.isRequested = true;
      console.log('\nStopping …');
      ending.stop().then(
        () => process.exit(0),
        () => process.exit(1),
      );
    });
  }
  return ending;
}

function banner(url: string): string {
  const accounts = demoAccounts.map(({ email, password }) => `             ${email.padEnd(22)} ${password}`);
  return [`  Shop       ${url}`, `  Docs       ${url}/docs`, '  Accounts', ...accounts, '  Stop       Ctrl-C'].join(
    '\n',
  );
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
});
