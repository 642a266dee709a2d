import type { CapturedEmail, NotificationsApi } from '#shared/contracts/notifications.ts';
import { configuredEntrypoint, configuredHandlers } from '#shared/entrypoint.ts';
import { consume } from '#shared/events/consume.ts';
import { currentTrace, type Trace, withTrace } from '#shared/http/context.ts';
import { type Health, measureHealth } from '#shared/rpc.ts';

import { mailboxName } from './adapters/adapters.ts';
import type { Occasion } from './delivery/compose.ts';
import { type Bindings, configured } from './env.ts';

export { EmailDelivery } from './delivery/email-delivery.ts';
export { Mailbox } from './delivery/mailbox.ts';

export default configuredHandlers(configured, {
  queue: (batch, env) => {
    const mail = async (eventId: string, occasion: Occasion) => {
      await env.EMAIL_DELIVERY.getByName(eventId).deliver(currentTrace(), eventId, occasion);
    };
    return consume('notifications', batch, {
      'user.registered': (payload, id) => mail(id, { type: 'user.registered', payload }),
      'user.verification_requested': (payload, id) => mail(id, { type: 'user.verification_requested', payload }),
      'user.password_reset_requested': (payload, id) => mail(id, { type: 'user.password_reset_requested', payload }),
      'user.password_changed': (payload, id) => mail(id, { type: 'user.password_changed', payload }),
      'order.confirmed': (payload, id) => mail(id, { type: 'order.confirmed', payload }),
      'order.shipped': (payload, id) => mail(id, { type: 'order.shipped', payload }),
      'order.cancelled': (payload, id) => mail(id, { type: 'order.cancelled', payload }),
      'order.refunded': (payload, id) => mail(id, { type: 'order.refunded', payload }),
    });
  },
} satisfies ExportedHandler<Bindings>);

/** What other services ask of notifications. Reachable through bindings only. */
export class NotificationsService extends configuredEntrypoint<Bindings>(configured) implements NotificationsApi {
  mailbox(trace: Trace, { to }: { to: string | null }): Promise<CapturedEmail[]> {
    return withTrace('notifications', trace, async () =>
      this.env.ENVIRONMENT === 'local' ? this.env.MAILBOX.getByName(mailboxName).list(to) : [],
    );
  }

  /** It has no database: whether it is configured at all. */
  health(): Promise<Health> {
    return measureHealth(async () => {});
  }
}
