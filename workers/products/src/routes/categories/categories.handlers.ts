import type { OpenAPIHono } from '@hono/zod-openapi';

import { connect } from '#shared/db/postgres.ts';
import { notFound } from '#shared/http/problem.ts';

import { flattened, treeOf } from '../../domain/category-tree.ts';
import type { ProductsEnv } from '../../env.ts';
import { findVisibleCategories, findVisibleSubtree } from '../../store/categories.ts';
import { tagged } from '../public-read.ts';
import { type CategoryWithChildren, getCategory, listCategories } from './categories.contract.ts';

export function addCategoryRoutes(app: OpenAPIHono<ProductsEnv>): void {
  app.openapi(listCategories, async (c) => {
    const tree = treeOf(await findVisibleCategories(connect(c.env)));
    const { view } = c.req.valid('query');
    const data = view === 'tree' ? tree : flattened(tree).map(withoutChildren);
    return c.json(await tagged(c, { data }), 200);
  });

  app.openapi(getCategory, async (c) => {
    const [category] = treeOf(await findVisibleSubtree(connect(c.env), c.req.valid('param').id_or_slug));
    if (!category) throw notFound('category');
    return c.json(await tagged(c, category), 200);
  });
}

function withoutChildren({ children: _children, ...category }: CategoryWithChildren): CategoryWithChildren {
  return category;
}
