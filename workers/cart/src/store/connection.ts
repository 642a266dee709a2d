import { DurableObject } from 'cloudflare:workers';
import { MongoClient } from 'mongodb';

import { type Trace, withTrace } from '#shared/http/context.ts';
import { describeError, log } from '#shared/http/log.ts';

import type { Change } from '../domain/change.ts';
import type { Bindings } from '../env.ts';
import type { Owner } from '../owner.ts';
import { type Carts, cartsOf, type Changed, changeStored, deleteCart, deleteExpired, findLive } from './collection.ts';
import type { Cart } from './documents.ts';
import { turnTaking } from './turns.ts';

/** The database did not answer in time. What was sent to it last may have been done nevertheless. */
export interface Unavailable {
  ok: false;
  code: 'unavailable';
}

export type Found = { ok: true; cart: Cart | null } | Unavailable;
export type Deleted = { ok: true; deleted: number } | Unavailable;

/** Longer than the driver's own limits, so that its reason gets into the log. */
const callMilliseconds = 3_500;

const clientOptions = {
  appName: 'cart',
  maxPoolSize: 10,
  minPoolSize: 0,
  maxIdleTimeMS: 20_000,
  serverSelectionTimeoutMS: 3_000,
  connectTimeoutMS: 3_000,
  waitQueueTimeoutMS: 3_000,
  socketTimeoutMS: 3_400,
};

/**
 * Keeps connections to MongoDB warm for one share of the users, which a Worker cannot do between requests. Errors of the
 * driver do not leave it: the answer says `unavailable`, at most four seconds after the call.
 */
export class CartConnection extends DurableObject<Bindings> {
  #client: MongoClient | undefined;
  readonly #inTurn = turnTaking();

  find(trace: Trace, user_id: string): Promise<Found> {
    return this.#ask(trace, async (carts) => ({ ok: true, cart: await findLive(carts, user_id) }));
  }

  /** Changes of one user's cart take turns here, so that they hardly ever have to be tried again. */
  change(trace: Trace, owner: Owner, change: Change): Promise<Changed | Unavailable> {
    return this.#ask(trace, (carts, signal) =>
      this.#inTurn(owner.user_id, () => changeStored(carts, owner, change, signal)),
    );
  }

  delete(trace: Trace, user_id: string): Promise<Deleted> {
    return this.#ask(trace, (carts) =>
      this.#inTurn(user_id, async () => ({ ok: true, deleted: await deleteCart(carts, user_id) })),
    );
  }

  deleteExpired(trace: Trace, now: Date): Promise<Deleted> {
    return this.#ask(trace, async (carts) => ({ ok: true, deleted: await deleteExpired(carts, now) }));
  }

  ping(trace: Trace): Promise<{ ok: true } | Unavailable> {
    return this.#ask(trace, async (carts) => {
      await carts.db.command({ ping: 1 });
      return { ok: true };
    });
  }

  #ask<Answer>(
    trace: Trace,
    question: (carts: Carts, signal: AbortSignal) => Promise<Answer>,
  ): Promise<Answer | Unavailable> {
    return withTrace('cart', trace, async () => {
      const signal = AbortSignal.timeout(callMilliseconds);
      try {
        return await Promise.race([question(this.#carts(), signal), rejectedBy(signal)]);
      } catch (error) {
        log('error', 'cart database unavailable', describeError(error));
        return { ok: false, code: 'unavailable' };
      }
    });
  }

  /** The client connects by itself when it is first used, and again after its connections broke. */
  #carts(): Carts {
    this.#client ??= new MongoClient(this.env.MONGODB_URI, clientOptions);
    return cartsOf(this.#client, this.env.MONGODB_URI);
  }
}

function rejectedBy(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(new Error('The call took too long.')));
  });
}
