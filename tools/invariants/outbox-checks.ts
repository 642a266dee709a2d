import type { ObjectId } from 'mongodb';

import { serviceNames } from '#tools/migrate.ts';

import { type Check, inOneDatabase, secondsAgo, underWaySeconds } from '#tools/invariants/check.ts';

/** A coupon with the events of its changes that are still to be sent (collection coupons): the outbox of the cart. */
interface Coupon {
  _id: ObjectId;
  code: string;
  unsent_events: { type: string }[];
  updated_at: Date;
}

/** One for each service: what it has to tell is told. */
export const outboxChecks: Check[] = [
  ...serviceNames.map((service) => ({
    ...of(service),
    find: inOneDatabase(
      service,
      `SELECT id AS subject, format('%s of %s', type, created_at) AS detail
         FROM outbox WHERE sent_at IS NULL AND created_at <= $1`,
      (moment) => [secondsAgo(moment, underWaySeconds)],
    ),
  })),
  {
    ...of('cart'),
    find: async function* find(moment) {
      const late = { $lte: new Date(secondsAgo(moment, underWaySeconds)) };
      const unsent = { 'unsent_events.id': { $exists: true }, updated_at: late };
      for await (const { code, unsent_events, updated_at } of moment.mongo.collection<Coupon>('coupons').find(unsent)) {
        const types = unsent_events.map(({ type }) => type).join(', ');
        yield { subject: code, detail: `${types} of ${updated_at.toISOString()}` };
      }
    },
  },
];

function of(service: string): Pick<Check, 'name' | 'meaning' | 'remedy'> {
  return {
    name: `outbox-of-${service}-is-empty`,
    meaning: `Events of ${service} are sent within a minute.`,
    remedy: `See whether the cron of ${service} runs, and why its queues do not take the events; then they go by themselves.`,
  };
}
