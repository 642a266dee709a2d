import { z } from 'zod';

import type { Target } from '#tools/deploy/targets.ts';
import { isUnknownWorker, wrangler, wranglerOk } from '#tools/deploy/wrangler.ts';

/** What the account has of a worker. */
export interface Deployed {
  /** The version that answers now; null where there is no worker of this name. */
  version: string | null;
  /** There is none, or only one that `wrangler secret put` made to have a place for a secret. */
  isEmpty: boolean;
  secrets: string[];
}

const Deployments = z.array(
  z.object({ versions: z.array(z.object({ version_id: z.string(), percentage: z.number() })) }),
);
const Version = z.object({ resources: z.object({ bindings: z.array(z.object({ type: z.string() })).default([]) }) });
const Secrets = z.array(z.object({ name: z.string() }));

const nothing: Deployed = { version: null, isEmpty: true, secrets: [] };
const mostQueuePages = 100;

/** Looks a worker up. Changes nothing. */
export async function deployedOf({ flags }: Target): Promise<Deployed> {
  const list = ['deployments', 'list', '--json', ...flags];
  const deployments = await wrangler(list);
  if (isUnknownWorker(deployments)) return nothing;
  if (!deployments.isOk) throw new Error(`wrangler ${list.join(' ')} failed:\n${deployments.text.trim()}`);
  const current = Deployments.parse(JSON.parse(deployments.stdout)).at(-1)?.versions ?? [];
  // Of a gradual deployment, the one that most requests reach.
  const version = current.toSorted((one, other) => other.percentage - one.percentage)[0]?.version_id ?? null;
  const secrets = await wranglerOk(['secret', 'list', ...flags]);
  return {
    version,
    isEmpty: version === null || (await hasOnlySecrets(version, flags)),
    secrets: Secrets.parse(JSON.parse(secrets.stdout)).map(({ name }) => name),
  };
}

/** Every worker of ours has variables; what `wrangler secret put` makes has none. */
async function hasOnlySecrets(version: string, flags: string[]): Promise<boolean> {
  const { stdout } = await wranglerOk(['versions', 'view', version, '--json', ...flags]);
  return Version.parse(JSON.parse(stdout)).resources.bindings.every(({ type }) => type === 'secret_text');
}

/** The names of all queues of the account. */
export async function existingQueues(flags: string[]): Promise<Set<string>> {
  const names = new Set<string>();
  for (let page = 1; page <= mostQueuePages; page++) {
    const { stdout } = await wranglerOk(['queues', 'list', '--page', String(page), ...flags]);
    const found = queueNamesIn(stdout);
    if (found.every((name) => names.has(name))) break;
    for (const name of found) names.add(name);
  }
  return names;
}

/** wrangler prints them as a table only: the second column, below its head. */
function queueNamesIn(table: string): string[] {
  const rows = table.split('\n').flatMap((line) => (line.startsWith('│') ? [line.split('│')[2]?.trim() ?? ''] : []));
  return rows.filter((name) => name !== '' && name !== 'name');
}

/** Makes a queue; that somebody else has made it meanwhile is fine. */
export async function createQueue(name: string, flags: string[]): Promise<void> {
  const output = await wrangler(['queues', 'create', name, ...flags]);
  if (!output.isOk && !output.text.includes('[code: 11009]')) {
    throw new Error(`wrangler queues create ${name} failed:\n${output.text.trim()}`);
  }
}
