import { DurableObject, WorkerEntrypoint } from 'cloudflare:workers';

export class NotificationsService extends WorkerEntrypoint {
  mailbox() {
    return [];
  }
}
export class EmailDelivery extends DurableObject {}
export class Mailbox extends DurableObject {}

export default {
  queue: (batch: MessageBatch) => batch.ackAll(),
};
