import type { UsersApi } from '#shared/contracts/users.ts';
import { connect, ping } from '#shared/db/postgres.ts';
import { configuredEntrypoint, configuredHandlers } from '#shared/entrypoint.ts';
import { consume } from '#shared/events/consume.ts';
import { newTrace, requestContext, type Trace, withTrace } from '#shared/http/context.ts';
import { measureHealth } from '#shared/rpc.ts';

import { app } from './app.ts';
import { type Bindings, configured } from './env.ts';
import { sweep } from './jobs/sweep.ts';
import { findDefaultDestination, findShopper } from './store/addresses.ts';
import { keepRecorded } from './store/audit-log.ts';
import { findAuthorName, findContact, newMailToken } from './store/mail-tokens.ts';

export default configuredHandlers(configured, {
  fetch: app.fetch,
  queue: (batch, env) =>
    consume('users', batch, {
      'audit.recorded': (entry, eventId) => keepRecorded(connect(env), eventId, requestContext().requestId, entry),
    }),
  scheduled: async (_controller, env) => {
    await withTrace('users', newTrace(), () => sweep(env, 0));
  },
} satisfies ExportedHandler<Bindings>);

/** What other services ask of users. Reachable through bindings only. */
export class UsersService extends configuredEntrypoint<Bindings>(configured) implements UsersApi {
  shopper(trace: Trace, request: Parameters<UsersApi['shopper']>[1]) {
    return withTrace('users', trace, () => findShopper(connect(this.env), request));
  }

  defaultDestination(trace: Trace, { user_id }: Parameters<UsersApi['defaultDestination']>[1]) {
    return withTrace('users', trace, () => findDefaultDestination(connect(this.env), user_id));
  }

  contact(trace: Trace, { user_id }: Parameters<UsersApi['contact']>[1]) {
    return withTrace('users', trace, () => findContact(connect(this.env), user_id));
  }

  authorName(trace: Trace, { user_id }: Parameters<UsersApi['authorName']>[1]) {
    return withTrace('users', trace, () => findAuthorName(connect(this.env), user_id));
  }

  verificationMail(trace: Trace, { user_id }: Parameters<UsersApi['verificationMail']>[1]) {
    return withTrace('users', trace, () => newMailToken(connect(this.env), 'verification', user_id));
  }

  passwordResetMail(trace: Trace, { user_id }: Parameters<UsersApi['passwordResetMail']>[1]) {
    return withTrace('users', trace, () => newMailToken(connect(this.env), 'password_reset', user_id));
  }

  health() {
    return measureHealth(() => ping(connect(this.env)));
  }

  sweep(trace: Trace, { advance_seconds }: { advance_seconds: number }) {
    return withTrace('users', trace, () => sweep(this.env, advance_seconds));
  }
}
