import { WorkerEntrypoint } from 'cloudflare:workers';
import { sql } from 'drizzle-orm';

import type { UsersApi } from '#shared/contracts/users.ts';
import { connect } from '#shared/db/postgres.ts';
import { newTrace, type Trace, withTrace } from '#shared/http/context.ts';
import { measureHealth } from '#shared/rpc.ts';

import { app } from './app.ts';
import type { Bindings } from './env.ts';
import { sweep } from './jobs/sweep.ts';
import { findShopper } from './store/addresses.ts';

export default {
  fetch: app.fetch,
  scheduled: async (_controller, env) => {
    await withTrace('users', newTrace(), () => sweep(env, 0));
  },
} satisfies ExportedHandler<Bindings>;

/** What other services ask of users. Reachable through bindings only. */
export class UsersService extends WorkerEntrypoint<Bindings> implements UsersApi {
  shopper(trace: Trace, request: Parameters<UsersApi['shopper']>[1]) {
    return withTrace('users', trace, () => findShopper(connect(this.env), request));
  }

  async contact() {
    return null;
  }

  async verificationMail() {
    return null;
  }

  async passwordResetMail() {
    return null;
  }

  health() {
    return measureHealth(() => connect(this.env).execute(sql`SELECT 1`));
  }

  sweep(trace: Trace, { advance_seconds }: { advance_seconds: number }) {
    return withTrace('users', trace, () => sweep(this.env, advance_seconds));
  }
}
