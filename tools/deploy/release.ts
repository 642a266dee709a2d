import { execFileSync } from 'node:child_process';

import release from '../../package.json' with { type: 'json' };
import { createQueue } from '#tools/deploy/account.ts';
import { migrateAll } from '#tools/deploy/databases.ts';
import { deployPlaceholder } from '#tools/deploy/placeholder.ts';
import type { Plan } from '#tools/deploy/plan.ts';
import { rollbackAdvice } from '#tools/deploy/rollback.ts';
import { smokeTest } from '#tools/deploy/smoke-test.ts';
import type { Target } from '#tools/deploy/targets.ts';
import { deploy, wranglerOk } from '#tools/deploy/wrangler.ts';

interface Surroundings {
  /** Where the gateway is, if it is known beforehand. */
  url: string | null;
  waitMilliseconds: number;
  say: (line: string) => void;
}

/**
 * Carries out a plan. Queues and databases come first: workers of the release before do not mind either, and if one fails
 * no worker has changed. Throws at the first step that fails; its message says how to go back.
 */
export async function carryOut(plan: Plan, { url, waitMilliseconds, say }: Surroundings): Promise<void> {
  const { targets, missingQueues, deployed, newSecrets } = plan;
  const flags = targets.at(-1)?.flags ?? [];
  for (const name of missingQueues) {
    await createQueue(name, flags);
    say(`queue ${name}: made`);
  }
  await migrateAll(say);
  for (const target of targets.filter(({ worker }) => deployed.get(worker)?.isEmpty)) {
    await deployPlaceholder(target);
    say(`${target.script}: placeholder`);
  }
  for (const target of targets) {
    const values = newSecrets.get(target.worker);
    if (!values) continue;
    await wranglerOk(['secret', 'bulk', ...target.flags], { input: JSON.stringify(values) });
    say(`${target.script}: ${Object.keys(values).join(', ')} set`);
  }
  const done: Target[] = [];
  try {
    const found = await deployAll(targets, done, say);
    const address = url ?? found;
    if (address === null) throw new Error('Wrangler named no address of the gateway. Say where it is with --url.');
    await smokeTest(address, waitMilliseconds);
    say(`${address}: /readyz and a read answer`);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`${reason}\n\n${rollbackAdvice(done, deployed)}`, { cause: error });
  }
  say(`\n${rollbackAdvice(done, deployed)}`);
}

/** Answers the address of the one that is deployed last, the gateway. */
async function deployAll(targets: Target[], done: Target[], say: (line: string) => void): Promise<string | null> {
  let url: string | null = null;
  for (const target of targets) {
    const { version, urls } = await deploy([...target.flags, '--message', message()]);
    done.push(target);
    url = target.domain === null ? (urls[0] ?? null) : `https://${target.domain}`;
    say(`${target.script}: version ${version ?? 'unknown'}`);
  }
  return url;
}

/** Which release it is, in the account's list of versions. */
function message(): string {
  return `${release.name} ${release.version}${commit()}`;
}

function commit(): string {
  try {
    return ` ${execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8', stdio: 'pipe' }).trim()}`;
  } catch {
    return '';
  }
}
