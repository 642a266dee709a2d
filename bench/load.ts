/** How many requests a second does a shop answer, and how does that compare with what this machine can do at all? */
import { writeFileSync } from 'node:fs';
import { cpus, release, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { createRandom, shuffled } from '#tools/seed/random.ts';

import { type Figures, untilCalm } from './load/measure.ts';
import { pathsOf } from './load/paths.ts';
import { startReferences } from './load/references.ts';
import { type Result, tablesOf } from './load/report.ts';
import { startShop } from './load/shop.ts';
import { quantile } from './statistics.ts';

const usage = `node bench/load.ts [options]

  --runs <number>      the median of which counts (default 3)
  --seconds <number>   of each path in each run (default 5)
  --clients <numbers>  at once (default 1,32)
  --only <text>        paths and references whose name contains it
  --data <folder>      keeps the shop for the next run (default .data/bench/load)
  --port <number>      of the shop; its databases take the next three (default 8790)
  --json <file>        all figures`;

const warmUpSeconds = 10;

function readOptions() {
  const { values } = parseArgs({
    options: {
      runs: { type: 'string', default: '3' },
      seconds: { type: 'string', default: '5' },
      clients: { type: 'string', default: '1,32' },
      only: { type: 'string', default: '' },
      data: { type: 'string', default: '.data/bench/load' },
      port: { type: 'string', default: '8790' },
      json: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  const { only, data, json } = values;
  const clients = values.clients.split(',').map(Number);
  const [runs = 0, seconds = 0, port = 0] = [values.runs, values.seconds, values.port].map(Number);
  const isUsable = [runs, seconds, port, ...clients].every((number) => Number.isInteger(number) && number > 0);
  if (values.help || !isUsable) throw new Error(usage);
  return { runs, seconds, clients, only, data, port, json };
}

async function main(): Promise<void> {
  const { runs, seconds, clients, only, data, port, json } = readOptions();
  const shop = await startShop(data, port);
  const stops = [shop.stop];
  try {
    const references = await startReferences(shop, join(data, 'references'), port + 2);
    stops.push(references.stop);
    const measured = [
      ...references.names.map((name) => ({
        name,
        drive: (connections: number, duration: number) => references.drive(name, connections, duration),
      })),
      ...pathsOf(shop),
    ].filter(({ name }) => name.includes(only));
    const turns = measured.flatMap((path) => clients.map((count) => ({ path, count, figures: new Array<Figures>() })));
    // What was never asked for is interpreted, and measures nothing but that.
    for (const path of measured) await path.drive(Math.max(...clients), warmUpSeconds);
    const random = createRandom(1, 'order');
    for (let run = 0; run < runs; run++) {
      for (const { path, count, figures } of shuffled(turns, random)) {
        await untilCalm(shop.url);
        const figure = await path.drive(count, seconds);
        figures.push(figure);
        console.error(`${run + 1}/${runs}  ${path.name}, ${count}: ${figure.perSecond.toFixed(0)} per second`);
      }
    }
    const results: Result[] = turns.map(({ path, count, figures }) => ({
      ...path,
      clients: count,
      perSecond: median(figures.map((figure) => figure.perSecond)),
      p50: median(figures.map((figure) => figure.p50)),
      p99: median(figures.map((figure) => figure.p99)),
      runs: figures,
    }));
    const machine = machineName();
    if (json !== undefined) writeFileSync(json, `${JSON.stringify({ machine, seconds, results }, null, 2)}\n`);
    console.log(`${machine}\n\n${tablesOf(results)}`);
  } finally {
    for (const stop of stops.toReversed()) await stop();
  }
}

function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

function machineName(): string {
  const [cpu, ...others] = cpus();
  const memory = Math.round(totalmem() / 2 ** 30);
  return `${others.length + 1} × ${cpu?.model.trim()}, ${memory} GiB, ${process.platform} ${release()}, Node ${process.version}`;
}

// Lets what was started be ended too.
process.once('SIGINT', () => process.exit(130));

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
