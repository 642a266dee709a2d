import type { OpenAPIHono } from '@hono/zod-openapi';

import { connect } from '#shared/db/postgres.ts';
import { IdPath } from '#shared/http/contract.ts';
import { pathBeforeForm } from '#shared/http/path-resource.ts';

import type { ProductsEnv } from '../env.ts';
import { findCategory } from '../store/admin-categories.ts';
import { findAdminProduct } from '../store/admin-product-rows.ts';
import { findVisibleSubtree } from '../store/categories.ts';
import { findImage } from '../store/images.ts';
import { findProduct } from '../store/products.ts';
import { findVariantsOfProduct, findVariantsOfReview } from '../store/reviews.ts';
import { ImagePath } from './images/images.contract.ts';
import { SlugOrId } from './path.ts';

/** What ids and slugs in paths name. */
export function addPathResources(app: OpenAPIHono<ProductsEnv>): void {
  pathBeforeForm(
    app,
    '/v1/categories/:id_or_slug',
    SlugOrId,
    async (c, { id_or_slug }) => (await findVisibleSubtree(connect(c.env), id_or_slug))[0],
  );
  pathBeforeForm(app, '/v1/products/:id_or_slug', SlugOrId, (c, { id_or_slug }) =>
    findProduct(connect(c.env), id_or_slug),
  );
  pathBeforeForm(app, '/v1/products/:id/reviews', IdPath, (c, { id }) => findVariantsOfProduct(connect(c.env), id));
  pathBeforeForm(app, '/v1/reviews/:id', IdPath, (c, { id }) =>
    findVariantsOfReview(connect(c.env), { id, user_id: c.var.actor.id }),
  );
  pathBeforeForm(app, '/v1/admin/categories/:id', IdPath, (c, { id }) => findCategory(connect(c.env), id));
  pathBeforeForm(app, '/v1/admin/products/:id/*', IdPath, (c, { id }) => findAdminProduct(connect(c.env), id));
  pathBeforeForm(app, '/v1/admin/products/:id/images/:image_id', ImagePath, (c, { id, image_id }) =>
    findImage(connect(c.env), id, image_id),
  );
}
