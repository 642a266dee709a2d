import { optionalSecretsOf, secretsOf } from '#tools/secrets/catalogue.ts';
import type { Databases } from '#tools/stack/databases.ts';
import type { WorkerName } from '#tools/workers.ts';

import type { Bundle } from './bundles.ts';

type Worker = Pick<Bundle, 'name' | 'config'>;

export const environments = ['staging', 'production', 'local'] as const;
export type Environment = (typeof environments)[number];

interface Sources {
  environment: Environment;
  /** What secrets file and environment say, by name. */
  given: Record<string, string | undefined>;
  /** Keys that were made here, for those that were not given. */
  made: Record<string, string>;
  /** Where the shop can be reached, for links where nothing better is known. */
  url: string;
}

/** What every worker is told, and what stands in the way of starting. */
export interface Settings {
  /** Without those that name databases. */
  variables: (worker: WorkerName) => Record<string, string>;
  problems: string[];
}

const namesOfDatabases = new Set(['DATABASE_URL', 'MONGODB_URI']);

/** Variables that wrangler.toml does not have, since a deployment has no use for them. */
const optional: Partial<Record<WorkerName, string[]>> = {
  payments: ['SANDBOX_WEBHOOK_URL'],
};

/** Gives each worker the variables and secrets that it declares, and no other. */
export function settingsOf(workers: readonly Worker[], sources: Sources): Settings {
  const all = new Map(workers.map((worker) => [worker.name, variablesOf(worker, sources)]));
  const variables = (worker: WorkerName): Record<string, string> => all.get(worker)?.values ?? {};
  const missing = [...all].flatMap(([name, { values, secrets }]) =>
    secrets.filter((secret) => !values[secret]).map((secret) => ({ name, secret })),
  );
  const bySecret = Map.groupBy(missing, ({ secret }) => secret);
  return {
    variables,
    problems: [
      ...[...bySecret].map(
        ([secret, of]) => `${secret} is missing, a secret of ${of.map(({ name }) => name).join(', ')}.`,
      ),
      ...problemsOfMail(variables('notifications'), sources.environment),
      ...problemsOfPayments(variables('payments'), sources.environment),
    ],
  };
}

/** All that a worker is told, and which secrets it needs with that. */
function variablesOf(
  { name, config }: Worker,
  { environment, given, made, url }: Sources,
): { values: Record<string, string>; secrets: string[] } {
  const declared = { ...config.vars, ...config.env[environment]?.vars };
  const all: Record<string, string | undefined> = {
    ...declared,
    ...made,
    ...(environment !== 'production' && { EMAIL_ADAPTER: 'mailbox', STOREFRONT_URL: url }),
    ...given,
  };
  const only = (names: readonly string[]): Record<string, string> =>
    Object.fromEntries(names.flatMap((key): [string, string][] => (all[key] === undefined ? [] : [[key, all[key]]])));
  const vars: Record<string, string> = {
    ...only([...Object.keys(declared), ...(optional[name] ?? [])]),
    ENVIRONMENT: environment,
  };
  const secrets = secretsOf(name, config.secrets.required, vars).filter((secret) => !namesOfDatabases.has(secret));
  return { values: { ...vars, ...only([...secrets, ...optionalSecretsOf(name, vars)]) }, secrets };
}

/** Where a worker finds its database. Neon's own are asked directly, any other Postgres through the local endpoint. */
export function databaseOf(name: WorkerName, { urls, neonEndpoint }: Databases): Record<string, string> {
  switch (name) {
    case 'cart':
      return { MONGODB_URI: urls.mongo };
    case 'users':
    case 'products':
    case 'orders':
    case 'payments': {
      const isNeon = new URL(urls[name]).hostname.endsWith('.neon.tech');
      return { DATABASE_URL: urls[name], ...(isNeon ? {} : { NEON_ENDPOINT: `${neonEndpoint}/sql` }) };
    }
    default:
      return {};
  }
}

function problemsOfMail(values: Record<string, string>, environment: Environment): string[] {
  const adapter = values['EMAIL_ADAPTER'];
  if (adapter === 'resend' || (adapter === 'mailbox' && environment !== 'production')) return [];
  return [`EMAIL_ADAPTER is ${adapter}, which sends nothing from here: set it to resend, with RESEND_API_KEY.`];
}

function problemsOfPayments(values: Record<string, string>, environment: Environment): string[] {
  if (values['PAYMENT_GATEWAY'] !== 'sandbox' || environment !== 'production') return [];
  return ['PAYMENT_GATEWAY is sandbox, which moves no money: set it to the gateway of this shop.'];
}
