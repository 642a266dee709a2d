/** `npm run deploy`: from a checkout to a running shop in your own account. */
import { createInterface } from 'node:readline/promises';

import { buildAssets } from '#tools/assets.ts';
import { type Deployed, deployedOf, existingQueues } from '#tools/deploy/account.ts';
import { configurationFindings, type Finding, listOf, secretFindings } from '#tools/deploy/configuration.ts';
import { pendingMigrations } from '#tools/deploy/databases.ts';
import { type Options, readOptions, usage } from '#tools/deploy/options.ts';
import { describePlan, type Plan } from '#tools/deploy/plan.ts';
import { carryOut } from '#tools/deploy/release.ts';
import { type Target, targetsOf } from '#tools/deploy/targets.ts';
import { wranglerOk } from '#tools/deploy/wrangler.ts';
import type { WorkerName } from '#tools/workers.ts';

async function main(args: string[]): Promise<number> {
  const options = readOptions(args);
  if (!options) return say(usage);
  const { environment, isDryRun } = options;
  const targets = targetsOf(environment);
  say(`Checking the configuration of ${environment}`);
  const findings = configurationFindings(targets, environment);
  const plan = isDryRun ? await planWithoutAccount(targets) : await planFor(targets, options, findings);
  if (findings.length > 0) {
    say(`To be set before ${environment} can be deployed:\n${listOf(findings)}`);
    if (!isDryRun) return 1;
  }
  say('Building');
  buildAssets();
  for (const { script, flags } of targets) {
    const { stdout } = await wranglerOk(['deploy', '--dry-run', '--outdir', `dist/${script}`, ...flags]);
    say(`  ${script.padEnd(26)} ${/Total Upload: .*/.exec(stdout)?.[0] ?? ''}`);
  }
  say(`\n${describePlan(plan)}\n`);
  if (isDryRun) return say('A dry run: nothing was changed.');
  if (!(await isWanted(options))) return fail('Nothing was changed.');
  const { url, waitMilliseconds } = options;
  await carryOut(plan, { url, waitMilliseconds, say });
  return 0;
}

async function planWithoutAccount(targets: Target[]): Promise<Plan> {
  return {
    targets,
    deployed: new Map(),
    missingQueues: targets.flatMap(({ queues }) => queues),
    migrations: await pendingMigrations(),
    newSecrets: new Map(),
  };
}

/** Looks at the account and the databases. Adds to `findings` the secrets that are missing and not at hand. */
async function planFor(targets: Target[], options: Options, findings: Finding[]): Promise<Plan> {
  const deployed = new Map<WorkerName, Deployed>();
  const newSecrets = new Map<WorkerName, Record<string, string>>();
  const looked = await Promise.all(targets.map(async (target) => ({ target, found: await deployedOf(target) })));
  for (const { target, found } of looked) {
    deployed.set(target.worker, found);
    const given = options.secretsOf(target.worker);
    findings.push(...secretFindings(target, [...found.secrets, ...Object.keys(given)]));
    const missing = target.secrets.filter((name) => !found.secrets.includes(name));
    const values = Object.entries(given).filter(([name]) => missing.includes(name));
    if (values.length > 0) newSecrets.set(target.worker, Object.fromEntries(values));
  }
  const existing = await existingQueues(targets.at(-1)?.flags ?? []);
  const missingQueues = targets.flatMap(({ queues }) => queues.filter((name) => !existing.has(name)));
  return { targets, deployed, missingQueues, migrations: await pendingMigrations(), newSecrets };
}

async function isWanted({ environment, isConfirmed }: Options): Promise<boolean> {
  if (isConfirmed) return true;
  if (!process.stdin.isTTY) {
    say('Nobody is there to ask. Repeat it with --yes.');
    return false;
  }
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return (await terminal.question(`Deploy to ${environment}? Type ${environment}: `)).trim() === environment;
  } finally {
    terminal.close();
  }
}

function say(line: string): 0 {
  console.log(line);
  return 0;
}

function fail(line: string): 1 {
  console.error(line);
  return 1;
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    process.exitCode = fail(error instanceof Error ? error.message : String(error));
  },
);
