import { type OpenAPIHono, z } from '@hono/zod-openapi';

import { auditEvent } from '#shared/events/audit.ts';
import { page, readCursor } from '#shared/http/pages.ts';
import { changedMeanwhile, etagOf, requireVersion } from '#shared/http/preconditions.ts';
import { invalid, notFound, Problem } from '#shared/http/problem.ts';

import { type Coupon, type CouponRules, flawsOf } from '../../domain/coupon.ts';
import type { Bindings, CartEnv } from '../../env.ts';
import { tell } from '../../store/coupon-outbox.ts';
import * as store from '../../store/coupon-administration.ts';
import { newCouponId } from '../../store/coupon-documents.ts';
import type { CountedCoupon } from '../../store/coupons.ts';
import { createCoupon, deleteCoupon, getCoupon, listCoupons, updateCoupon } from './coupons.contract.ts';
import { audited, presentCoupon } from './coupons.present.ts';

const CouponId = z.string().regex(/^[0-9a-f]{24}$/);

export function addCouponRoutes(app: OpenAPIHono<CartEnv>): void {
  app.openapi(listCoupons, async (c) => {
    const { limit, cursor, is_active, q: code } = c.req.valid('query');
    const list = { list: 'coupons', is_active, code };
    const before = readCursor(cursor, list, CouponId, CouponId)?.id ?? null;
    const coupons = await store.listCoupons(c.env, { is_active, code, before }, limit + 1);
    const position = ({ id }: { id: string }) => ({ key: id, id });
    return c.json(page(c, coupons.map(presentCoupon), { limit, list, position }), 200);
  });

  app.openapi(createCoupon, async (c) => {
    const input = c.req.valid('json');
    refuseFlaws(input);
    const now = new Date();
    const coupon = { id: newCouponId(), ...input, version: 1, created_at: now, updated_at: now };
    const event = recorded(c.var.actor.id, 'created', coupon, null, coupon);
    if (!(await store.insertCoupon(c.env, coupon, event))) {
      throw new Problem('coupon_exists', 'Send another code, or change the coupon that has it.');
    }
    c.executionCtx.waitUntil(tell(c.env, event));
    c.header('etag', etagOf(coupon.version));
    return c.json(presentCoupon({ ...coupon, used_count: 0 }), 201, {
      Location: `/v1/admin/coupons/${coupon.code}`,
    });
  });

  app.openapi(getCoupon, async (c) => {
    const coupon = await findCoupon(c.env, c.req.valid('param').code);
    c.header('etag', etagOf(coupon.version));
    return c.json(presentCoupon(coupon), 200);
  });

  app.openapi(updateCoupon, async (c) => {
    const coupon = await findCoupon(c.env, c.req.valid('param').code);
    const rules = { ...coupon, ...c.req.valid('json') };
    refuseFlaws(rules);
    requireVersion(c, coupon.version);
    const isSame = JSON.stringify(rules) === JSON.stringify(coupon);
    const event = recorded(c.var.actor.id, 'updated', coupon, coupon, rules);
    const changed = isSame ? coupon : await store.changeCoupon(c.env, { coupon, rules, event });
    if (!changed) throw changedMeanwhile();
    if (!isSame) c.executionCtx.waitUntil(tell(c.env, event));
    c.header('etag', etagOf(changed.version));
    return c.json(presentCoupon(changed), 200);
  });

  app.openapi(deleteCoupon, async (c) => {
    const coupon = await findCoupon(c.env, c.req.valid('param').code);
    requireVersion(c, coupon.version);
    const event = recorded(c.var.actor.id, 'deleted', coupon, coupon, null);
    if (!(await store.changeCoupon(c.env, { coupon, rules: null, event }))) throw changedMeanwhile();
    c.executionCtx.waitUntil(tell(c.env, event));
    return c.body(null, 204);
  });
}

async function findCoupon(env: Bindings, code: string): Promise<CountedCoupon> {
  const coupon = await store.findCoupon(env, code);
  if (!coupon) throw notFound('coupon');
  return coupon;
}

function refuseFlaws(rules: CouponRules): void {
  const flaws = flawsOf(rules);
  if (flaws.length > 0) throw invalid(flaws);
}

function recorded(
  actor_id: string,
  what: 'created' | 'updated' | 'deleted',
  { id }: Coupon,
  before: Coupon | null,
  after: (Pick<Coupon, 'code'> & CouponRules) | null,
) {
  return auditEvent({
    actor_id,
    action: `coupon.${what}`,
    resource_type: 'coupon',
    resource_id: id,
    before: before && audited(before),
    after: after && audited(after),
  });
}
