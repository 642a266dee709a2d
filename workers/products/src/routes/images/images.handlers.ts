import type { OpenAPIHono } from '@hono/zod-openapi';
import { uuidv7 } from 'uuidv7';

import { connect } from '#shared/db/postgres.ts';
import { auditEvent } from '#shared/events/audit.ts';
import { newEvent } from '#shared/events/events.ts';
import { dispatch } from '#shared/events/outbox.ts';
import { invalid, notFound, type Problem } from '#shared/http/problem.ts';

import { changedFields } from '../../domain/product-changes.ts';
import { type ProductsEnv, queuesOf } from '../../env.ts';
import * as store from '../../store/images.ts';
import { addProductImage, removeProductImage, updateProductImage } from './images.contract.ts';

export function addImageRoutes(app: OpenAPIHono<ProductsEnv>): void {
  app.openapi(addProductImage, async (c) => {
    const { id: productId } = c.req.valid('param');
    const { is_primary = false, alt_text = null, ...fields } = c.req.valid('json');
    const db = connect(c.env);
    const change = imageChange(c.var.actor.id, productId, uuidv7(), is_primary);
    const written = await store.addImage(db, change, { ...fields, alt_text });
    if (!written) throw (await store.isLive(db, productId)) ? tooMany() : notFound('product');
    c.executionCtx.waitUntil(dispatch(db, queuesOf(c.env), written.events));
    c.header('location', `/v1/admin/products/${productId}/images/${change.id}`);
    return c.json(written.image, 201);
  });

  app.openapi(updateProductImage, async (c) => {
    const { id: productId, image_id } = c.req.valid('param');
    const { is_primary, ...patch } = c.req.valid('json');
    const db = connect(c.env);
    const image = await store.findImage(db, productId, image_id);
    if (!image) throw notFound('image');
    if (is_primary === false && image.is_primary) throw primaryRequired();
    const fields = changedFields<store.ImageFields>(image, patch);
    const makesPrimary = is_primary === true && !image.is_primary;
    if (Object.keys(fields).length === 0 && !makesPrimary) return c.json(image, 200);
    const change = imageChange(c.var.actor.id, productId, image_id, makesPrimary);
    const written = await store.changeImage(db, change, fields);
    if (!written) throw notFound('image');
    c.executionCtx.waitUntil(dispatch(db, queuesOf(c.env), written.events));
    return c.json(written.image, 200);
  });

  app.openapi(removeProductImage, async (c) => {
    const { id: productId, image_id } = c.req.valid('param');
    const db = connect(c.env);
    const events = await store.removeImage(db, imageChange(c.var.actor.id, productId, image_id, false));
    if (!events) throw notFound('image');
    c.executionCtx.waitUntil(dispatch(db, queuesOf(c.env), events));
    return c.body(null, 204);
  });
}

function imageChange(actor_id: string, product_id: string, id: string, makes_primary: boolean) {
  const updated = newEvent('product.updated', product_id, { product_id });
  const audit = auditEvent({
    actor_id,
    action: 'product.updated',
    resource_type: 'product',
    resource_id: product_id,
    before: null,
    after: null,
  });
  return { id, product_id, makes_primary, updated, audit };
}

function tooMany(): Problem {
  const message = `A product can have at most ${store.maxImages} images.`;
  return invalid([{ pointer: '', code: 'too_many_images', message }]);
}

function primaryRequired(): Problem {
  const message = 'A product with images has a primary one: make another one primary instead.';
  return invalid([{ pointer: '/is_primary', code: 'primary_required', message }]);
}
