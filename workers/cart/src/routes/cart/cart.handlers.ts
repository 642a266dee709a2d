import type { OpenAPIHono } from '@hono/zod-openapi';

import { Problem } from '#shared/http/problem.ts';

import type { CartEnv } from '../../env.ts';
import { ownerOf } from '../../owner.ts';
import { changed, presentCart } from './cart.answers.ts';
import { addCartItem, deleteCartItem, emptyCart, getCart, updateCartItem } from './cart.contract.ts';
import { askForProduct, showCart } from './cart.products.ts';

export function addCartRoutes(app: OpenAPIHono<CartEnv>): void {
  app.openapi(getCart, async (c) => {
    const owner = ownerOf(c.env, c.get('actor'));
    return c.json(presentCart(owner, await showCart(c.env, owner)), 200);
  });

  app.openapi(addCartItem, async (c) => {
    const { product_id, quantity } = c.req.valid('json');
    const product = await askForProduct(c.env, product_id);
    if (!product) throw new Problem('product_not_found', 'Send the id of a product that is sold.');
    const owner = ownerOf(c.env, c.get('actor'));
    const shown = await changed(c.env, owner, { kind: 'add_item', product, quantity });
    return c.json(presentCart(owner, shown), 200);
  });

  app.openapi(updateCartItem, async (c) => {
    const { product_id } = c.req.valid('param');
    const { quantity } = c.req.valid('json');
    const product = await askForProduct(c.env, product_id);
    const owner = ownerOf(c.env, c.get('actor'));
    const shown = await changed(c.env, owner, { kind: 'set_quantity', product_id, product, quantity });
    return c.json(presentCart(owner, shown), 200);
  });

  app.openapi(deleteCartItem, async (c) => {
    const { product_id } = c.req.valid('param');
    const owner = ownerOf(c.env, c.get('actor'));
    const shown = await changed(c.env, owner, { kind: 'remove_item', product_id });
    return c.json(presentCart(owner, shown), 200);
  });

  app.openapi(emptyCart, async (c) => {
    await changed(c.env, ownerOf(c.env, c.get('actor')), { kind: 'empty' });
    return c.body(null, 204);
  });
}
