/** Runs the contract of contract.ts against a server, and tells what came of it. */
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

import { MongoClient } from 'mongodb';
import { z } from 'zod';

import { type Difference, differencesOf, knownServers } from './contract/differences.ts';

const USAGE = `usage: npm run test:mongo -- [--uri URI [--server NAME]]

  --uri URI       the server to put to the test; without it the embedded one.
                  A database of its own is made there, and dropped at the end.
  --server NAME   skips what that server is known not to do: ${knownServers.join(', ')}
  --help          shows this

Ends with 0 if every case passed or was skipped for a known difference, 1 if one failed, 2 if it could not run.`;

const root = resolve(import.meta.dirname, '..', '..');

const Report = z.object({
  testResults: z.array(
    z.object({
      message: z.string().optional(),
      assertionResults: z.array(
        z.object({ ancestorTitles: z.array(z.string()), title: z.string(), status: z.string() }),
      ),
    }),
  ),
});

interface Case {
  name: string;
  status: string;
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: { uri: { type: 'string' }, server: { type: 'string' }, help: { type: 'boolean', default: false } },
  });
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  const { uri, server } = values;
  if (server !== undefined && uri === undefined) throw new Error('--server goes with --uri');
  const differences = server === undefined ? [] : differencesOf(server);
  const subject = uri === undefined ? 'the embedded server' : await describeServer(uri, server);
  console.log(`Contract with ${subject}\n`);

  const folder = await mkdtemp(join(tmpdir(), 'mongo-contract-report-'));
  try {
    const report = join(folder, 'report.json');
    const code = await runCases(report, { MONGO_CONTRACT_URI: uri, MONGO_CONTRACT_SERVER: server });
    const cases = casesIn(await readFile(report, 'utf8'));
    return summarise(subject, cases, differences) && code === 0 ? 0 : 1;
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** The name and version that a server gives itself. Throws when it cannot be reached. */
async function describeServer(uri: string, name: string | undefined): Promise<string> {
  const client = new MongoClient(uri, { serverSelectionTimeoutMS: 10_000 });
  try {
    const { version } = await client.db('admin').command({ buildInfo: 1 });
    return `${name ?? 'the server'} at ${new URL(uri).host}, which calls itself version ${String(version)}`;
  } finally {
    await client.close();
  }
}

/** Runs the cases, showing them; returns the exit code. */
function runCases(report: string, variables: Record<string, string | undefined>): Promise<number> {
  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
  const reporters = ['--reporter=verbose', '--reporter=json', `--outputFile.json=${report}`];
  const child = spawn(
    process.execPath,
    [vitest, 'run', '--project', 'tools', 'tools/mongo/contract.test.ts', ...reporters],
    { cwd: root, env: { ...process.env, ...variables }, stdio: ['ignore', 'inherit', 'inherit'] },
  );
  return new Promise((done, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => done(code ?? 1));
  });
}

function casesIn(report: string): Case[] {
  return Report.parse(JSON.parse(report)).testResults.flatMap(({ assertionResults }) =>
    assertionResults.map(({ ancestorTitles, title, status }) => ({
      name: [...ancestorTitles.slice(1), title].join(' '),
      status,
    })),
  );
}

/** Prints the outcome; false if a case failed, none ran, or a known difference concerns none. */
function summarise(subject: string, cases: readonly Case[], differences: readonly Difference[]): boolean {
  const failed = cases.filter(({ status }) => status === 'failed');
  const passed = cases.filter(({ status }) => status === 'passed');
  console.log(`Contract with ${subject}:`);
  for (const { name } of failed) console.log(`  failed: ${name}`);
  for (const { cases: beginning, reason } of differences) {
    const count = cases.filter(({ name }) => name.startsWith(beginning)).length;
    console.log(`  differs: ${beginning} … (${count} cases skipped): ${reason}`);
  }
  console.log(
    `${passed.length} passed, ${failed.length} failed, ${cases.length - passed.length - failed.length} skipped`,
  );
  const outdated = differences.filter((difference) => !cases.some(({ name }) => name.startsWith(difference.cases)));
  for (const difference of outdated) console.error(`mongo: there is no case '${difference.cases}'`);
  return failed.length === 0 && passed.length > 0 && outdated.length === 0;
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(`mongo: ${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
  process.exitCode = 2;
}
