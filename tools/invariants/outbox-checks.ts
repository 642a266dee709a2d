import { serviceNames } from '#tools/migrate.ts';

import { type Check, inOneDatabase, secondsAgo, underWaySeconds } from '#tools/invariants/check.ts';

/** One for each service: what it has to tell is told. */
export const outboxChecks: Check[] = serviceNames.map((service) => ({
  name: `outbox-of-${service}-is-empty`,
  meaning: `Events of ${service} are sent within a minute.`,
  remedy: `See whether the cron of ${service} runs, and why its queues do not take the events; then they go by themselves.`,
  find: inOneDatabase(
    service,
    `SELECT id AS subject, format('%s of %s', type, created_at) AS detail
       FROM outbox WHERE sent_at IS NULL AND created_at <= $1`,
    (moment) => [secondsAgo(moment, underWaySeconds)],
  ),
}));
