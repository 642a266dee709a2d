import { randomUUID } from 'node:crypto';

import { MongoClient } from 'mongodb';
import { expect, inject } from 'vitest';

import { type Answer, api } from './client.ts';
import { manager } from './shop.ts';

/** Coupons and their uses as they are stored, past the service. Close them after the tests. */
export function openCoupons() {
  const mongo = new MongoClient(inject('stack').urls['mongo'] ?? '');
  const coupons = mongo.db('cart').collection('coupons');
  const uses = mongo.db('cart').collection('coupon_uses');
  return {
    coupons,
    uses,
    storedUses: (code: string) => uses.countDocuments({ coupon_code: code }),
    close: () => mongo.close(),
  };
}

/** A code that no other test has. */
export function newCode(): string {
  return `T-${randomUUID().slice(0, 18).toUpperCase()}`;
}

export async function postCoupon(change: Record<string, unknown> = {}): Promise<Answer> {
  const body = { code: newCode(), type: 'percentage', value: '10.00', ...change };
  return api('POST', '/v1/admin/coupons', { token: await manager(), body });
}

/** A new coupon, of 10 % unless told otherwise, as staff see it. */
export async function newCoupon(change: Record<string, unknown> = {}): Promise<Answer['body']> {
  const { status, body } = await postCoupon(change);
  expect(status, JSON.stringify(body)).toBe(201);
  return body;
}

export async function getCoupon(code: string): Promise<Answer> {
  return api('GET', `/v1/admin/coupons/${code}`, { token: await manager() });
}

/** PATCH under this `If-Match`, or the version that it has. */
export async function patchCoupon(code: string, body: unknown, ifMatch?: string): Promise<Answer> {
  const headers = { 'if-match': ifMatch ?? `"${(await getCoupon(code)).body.version}"` };
  return api('PATCH', `/v1/admin/coupons/${code}`, { token: await manager(), body, headers });
}

export async function deleteCoupon(code: string, ifMatch?: string): Promise<Answer> {
  const headers = { 'if-match': ifMatch ?? `"${(await getCoupon(code)).body.version}"` };
  return api('DELETE', `/v1/admin/coupons/${code}`, { token: await manager(), headers });
}
