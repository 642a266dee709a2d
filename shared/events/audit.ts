import { newEvent, type OutboxEvent } from '#shared/events/events.ts';

type Fields = Record<string, unknown>;

interface Change {
  actor_id: string;
  /** `product.price_changed`-like: resource and what happened to it. */
  action: string;
  resource_type: string;
  resource_id: string;
  /** The resource before and after; null for what did not exist. Only the fields that differ are kept. */
  before: Fields | null;
  after: Fields | null;
}

/** The entry of the audit log for a change that staff made; insert it in the batch of the change. */
export function auditEvent({ actor_id, action, resource_type, resource_id, before, after }: Change): OutboxEvent {
  return newEvent('audit.recorded', actor_id, {
    actor_id,
    action,
    resource_type,
    resource_id,
    before: before && after ? differing(before, after) : before,
    after: before && after ? differing(after, before) : after,
    recorded_at: new Date().toISOString(),
  });
}

/** The fields of the first that are not the same in the second. */
function differing(one: Fields, other: Fields): Fields {
  return Object.fromEntries(
    Object.entries(one).filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(other[name])),
  );
}
