import type { OpenAPIHono } from '@hono/zod-openapi';

import { connect } from '#shared/db/postgres.ts';
import { dispatch } from '#shared/events/outbox.ts';
import { changedMeanwhile, etagOf, requireVersion } from '#shared/http/preconditions.ts';
import { invalid, notFound, Problem } from '#shared/http/problem.ts';

import { withDescendants } from '../../domain/category-tree.ts';
import { type ProductsEnv, queuesOf } from '../../env.ts';
import * as store from '../../store/admin-categories.ts';
import {
  createCategory,
  deleteCategory,
  getAdminCategory,
  listAdminCategories,
  updateCategory,
} from './admin-categories.contract.ts';

export function addAdminCategoryRoutes(app: OpenAPIHono<ProductsEnv>): void {
  app.openapi(listAdminCategories, async (c) => {
    const { parent_id, is_active } = c.req.valid('query');
    const categories = withDescendants(await store.listCategories(connect(c.env)));
    const data = categories.filter(
      (category) =>
        (parent_id === undefined || category.parent_id === parent_id) &&
        (is_active === undefined || category.is_active === is_active),
    );
    return c.json({ data }, 200);
  });

  app.openapi(createCategory, async (c) => {
    const db = connect(c.env);
    const written = await store.createCategory(db, c.var.actor.id, c.req.valid('json'));
    if (typeof written === 'string') throw refusalOf(written);
    const { category, events } = written;
    c.executionCtx.waitUntil(dispatch(db, queuesOf(c.env), events));
    c.header('etag', etagOf(category.version));
    return c.json(category, 201, { Location: `/v1/admin/categories/${category.id}` });
  });

  app.openapi(getAdminCategory, async (c) => {
    const category = await store.findCategory(connect(c.env), c.req.valid('param').id);
    if (!category) throw notFound('category');
    c.header('etag', etagOf(category.version));
    return c.json(category, 200);
  });

  app.openapi(updateCategory, async (c) => {
    const db = connect(c.env);
    const change = c.req.valid('json');
    const found = await store.findCategoryAndParent(db, c.req.valid('param').id, change.parent_id);
    if (!found.category) throw notFound('category');
    if (!found.hasParent) throw refusalOf('parent_unknown');
    requireVersion(c, found.category.version);
    const written = await store.changeCategory(db, c.var.actor.id, found.category, change);
    if (typeof written === 'string') throw refusalOf(written);
    const { category, events } = written;
    if (events.length > 0) c.executionCtx.waitUntil(dispatch(db, queuesOf(c.env), events));
    c.header('etag', etagOf(category.version));
    return c.json(category, 200);
  });

  app.openapi(deleteCategory, async (c) => {
    const db = connect(c.env);
    const category = await store.findCategory(db, c.req.valid('param').id);
    if (!category) throw notFound('category');
    requireVersion(c, category.version);
    const deleted = await store.deleteCategory(db, c.var.actor.id, category);
    if (typeof deleted === 'string') throw refusalOf(deleted);
    c.executionCtx.waitUntil(dispatch(db, queuesOf(c.env), deleted.events));
    return c.body(null, 204);
  });
}

function refusalOf(refusal: store.Refusal): Problem {
  switch (refusal) {
    case 'changed_meanwhile':
      return changedMeanwhile();
    case 'cycle':
      return new Problem('category_cycle', 'Send a parent_id that is not the category itself or inside it.');
    case 'name_taken':
      return new Problem('category_name_taken', 'Send another name.');
    case 'not_empty':
      return new Problem('category_not_empty', 'Move its products to another category, or delete them, first.');
    case 'parent_unknown':
      return invalid([{ pointer: '/parent_id', code: 'invalid_reference', message: 'There is no such category.' }]);
    case 'slug_taken':
      return new Problem('slug_taken', 'Send another slug, or none for one made from the name.');
  }
}
