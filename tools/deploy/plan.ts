import type { Deployed } from '#tools/deploy/account.ts';
import type { Target } from '#tools/deploy/targets.ts';
import type { WorkerName } from '#tools/workers.ts';

/** What is there, and what has to be done. */
export interface Plan {
  /** In the order of deployment. */
  targets: Target[];
  /** Before the deployment. Empty in a dry run, which does not look into the account. */
  deployed: Map<WorkerName, Deployed>;
  missingQueues: string[];
  /** A line a database. */
  migrations: string[];
  /** Missing ones that are at hand. */
  newSecrets: Map<WorkerName, Record<string, string>>;
}

/** The steps, as they will be done. */
export function describePlan({ targets, deployed, missingQueues, migrations, newSecrets }: Plan): string {
  const isUnknown = deployed.size === 0;
  const fresh = targets.filter(({ worker }) => deployed.get(worker)?.isEmpty);
  const scripts = (of: Target[]) => of.map(({ script }) => script).join(', ');
  const none = (list: string) => (list === '' ? 'none' : list);
  const secrets = [...newSecrets].map(([worker, values]) => `${worker} (${Object.keys(values).join(', ')})`).join(', ');
  const ifMissing = isUnknown ? ', those that are missing' : '';
  return [
    `1. Make queues${ifMissing}: ${none(missingQueues.join(', '))}`,
    `2. Migrate databases:${migrations.length === 0 ? ' none is given' : ''}`,
    ...migrations.map((line) => `     ${line}`),
    `3. Make placeholders for workers that do not exist yet: ${isUnknown ? 'as the account needs it' : none(scripts(fresh))}`,
    `4. Set secrets: ${isUnknown ? 'those that are missing, from --secrets' : none(secrets)}`,
    `5. Deploy workers: ${scripts(targets)}`,
    '6. Ask the gateway: /readyz, and a read',
  ].join('\n');
}
