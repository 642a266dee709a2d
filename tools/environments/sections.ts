import { stringify } from 'smol-toml';

import type { BaseSection } from '#tools/environments/base-section.ts';
import { type EnvironmentName, environmentNames, type EnvironmentSettings } from '#tools/environments/settings.ts';

/** What follows this line is generated. */
export const marker = '# Everything below is written by `npm run generate` from the above and environments.toml.';

/** The one rule for names, which is wrangler's own for workers: an environment's things end in its name. */
export const inEnvironment = (name: string, environment: EnvironmentName): string => `${name}-${environment}`;

/** The dead letters of a queue are in `<queue>-dead`, in every environment. */
const deadLettersIn = (queue: string, environment: EnvironmentName): string =>
  `${inEnvironment(queue.replace(/-dead$/, ''), environment)}-dead`;

/** The text of a wrangler.toml with its environment sections written anew. */
export function withEnvironments(
  text: string,
  base: BaseSection,
  settings: Record<EnvironmentName, EnvironmentSettings>,
): string {
  const env = Object.fromEntries(
    environmentNames.map((environment) => [environment, sectionOf(base, environment, settings[environment])]),
  );
  return `${baseText(text).trimEnd()}\n\n${marker}\n${formatted({ env }).trimEnd()}\n`;
}

/** TOML as the repository's formatter has it. */
function formatted(value: object): string {
  return stringify(value).replaceAll(/^(\w+ = \[) (.*) (\])$/gm, '$1$2$3');
}

/** The hand-written part of a wrangler.toml. */
export function baseText(text: string): string {
  const end = text.indexOf(marker);
  return end === -1 ? text : text.slice(0, end);
}

/** What one environment adds to a worker's base section: all that wrangler does not inherit, and what differs. */
function sectionOf(base: BaseSection, environment: EnvironmentName, settings: EnvironmentSettings) {
  const named = (name: string) => inEnvironment(name, environment);
  return {
    ...(base.name === 'gateway' && publicAddress(settings)),
    ...(isBesideDatabase(base) && {
      placement: settings.region ? { region: settings.region } : { mode: 'smart' },
    }),
    observability: { enabled: true, head_sampling_rate: settings.log_sampling },
    vars: { ...base.vars, ...settings.vars[base.name], ENVIRONMENT: environment },
    ...(base.secrets && { secrets: base.secrets }),
    ...(base.services && { services: base.services.map((entry) => ({ ...entry, service: named(entry.service) })) }),
    ...(base.ratelimits && {
      ratelimits: base.ratelimits.map((entry) => ({
        ...entry,
        // Counted per account: environments in one account must not share a counter.
        namespace_id: `${environmentNames.indexOf(environment) + 1}${entry.namespace_id}`,
      })),
    }),
    ...(base.durable_objects && { durable_objects: base.durable_objects }),
    ...(base.queues && {
      queues: {
        ...(base.queues.producers && {
          producers: base.queues.producers.map((entry) => ({ ...entry, queue: named(entry.queue) })),
        }),
        ...(base.queues.consumers && {
          consumers: base.queues.consumers.map((entry) => ({
            ...entry,
            queue: named(entry.queue),
            dead_letter_queue: deadLettersIn(entry.dead_letter_queue, environment),
          })),
        }),
      },
    }),
    ...(base.analytics_engine_datasets && {
      // Underscores: names of data sets are names of tables in its SQL.
      analytics_engine_datasets: base.analytics_engine_datasets.map((entry) => ({
        ...entry,
        dataset: `${entry.dataset}_${environment}`,
      })),
    }),
    ...(base.send_email && { send_email: base.send_email }),
    ...(base.version_metadata && { version_metadata: base.version_metadata }),
  };
}

function publicAddress({ domain }: EnvironmentSettings) {
  return domain
    ? { workers_dev: false, routes: [{ pattern: domain, custom_domain: true }] }
    : { workers_dev: true, routes: [] };
}

function isBesideDatabase({ secrets }: BaseSection): boolean {
  return secrets?.required.some((name) => name === 'DATABASE_URL' || name === 'MONGODB_URI') ?? false;
}
