import type { OpenAPIHono } from '@hono/zod-openapi';

import { abandonClaim, type Claim, claimKey, inProgress, isClaimLost } from '#shared/db/idempotency.ts';
import { connect, type Database } from '#shared/db/postgres.ts';
import { auditEvent } from '#shared/events/audit.ts';
import type { OutboxEvent } from '#shared/events/events.ts';
import { dispatch } from '#shared/events/outbox.ts';
import { replayHeaders } from '#shared/http/idempotency.ts';
import { describeError, log } from '#shared/http/log.ts';
import { page, readCursor, TimeKey } from '#shared/http/pages.ts';
import { invalid, notFound, Problem } from '#shared/http/problem.ts';

import { largestQuantity } from '../../domain/inventory.ts';
import { type ProductsEnv, queuesOf } from '../../env.ts';
import {
  type AdjustmentRow,
  adjustStock,
  type Attempt,
  listAdjustments as findAdjustments,
  type WantedAdjustment,
} from '../../store/adjustments.ts';
import { Adjustment, createAdjustment, listAdjustments } from './adjustments.contract.ts';

export function addAdjustmentRoutes(app: OpenAPIHono<ProductsEnv>): void {
  app.openapi(createAdjustment, async (c) => {
    const { id: product_id } = c.req.valid('param');
    const input = c.req.valid('json');
    const db = connect(c.env);
    const location = c.req.path;
    const scope = { user_id: c.var.actor.id, method: 'POST', path: location, key: c.var.idempotencyKey };
    const claimed = await claimKey(db, scope, input);
    if ('kept' in claimed) return c.json(Adjustment.parse(claimed.kept.body), 201, replayHeaders(claimed.kept));
    const audit = adjusted(scope.user_id, product_id);
    const { adjustment, events } = await makeAdjustment(db, claimed.claim, { ...input, product_id, location, audit });
    c.executionCtx.waitUntil(dispatch(db, queuesOf(c.env), events));
    return c.json(adjustment, 201, { location });
  });

  app.openapi(listAdjustments, async (c) => {
    const { limit, cursor } = c.req.valid('query');
    const list = { path: c.req.path };
    const after = readCursor(cursor, list, TimeKey);
    const rows = await findAdjustments(connect(c.env), c.req.valid('param').id, { after, limit: limit + 1 });
    if (!rows) throw notFound('product');
    const position = ({ created_at, id }: AdjustmentRow) => ({ key: created_at, id });
    return c.json(page(c, rows, { limit, list, position }), 200);
  });
}

function adjusted(actor_id: string, resource_id: string): OutboxEvent {
  const action = 'inventory.adjusted';
  return auditEvent({ actor_id, action, resource_type: 'inventory', resource_id, before: {}, after: {} });
}

/**
 * Makes the adjustment, or gives the key back and refuses. Giving back is safe even where the database has not answered:
 * a claim whose change was committed has its answer and stays.
 */
async function makeAdjustment(
  db: Database,
  claim: Claim,
  wanted: WantedAdjustment,
): Promise<{ adjustment: AdjustmentRow; events: OutboxEvent[] }> {
  try {
    const attempt = await adjustStock(db, claim, wanted);
    if (!attempt) throw notFound('product');
    const { adjustment, events } = attempt;
    if (!adjustment) throw refusalOf(attempt, wanted.delta);
    return { adjustment, events };
  } catch (error) {
    if (isClaimLost(error)) throw inProgress();
    await giveBack(db, claim);
    throw error;
  }
}

async function giveBack(db: Database, claim: Claim): Promise<void> {
  try {
    await abandonClaim(db, claim);
  } catch (error) {
    log('warn', 'a claimed key stays until its lock ends', describeError(error));
  }
}

function refusalOf({ quantity, reserved_quantity }: Attempt, delta: number): Problem {
  if (quantity + delta > largestQuantity) {
    return invalid([
      { pointer: '/delta', code: 'too_big', message: `There are ${quantity}; at most ${largestQuantity} can be kept.` },
    ]);
  }
  return new Problem(
    'insufficient_stock',
    `There are ${quantity} on the shelf, and orders hold ${reserved_quantity}: ${-delta} cannot be taken away.`,
  );
}
