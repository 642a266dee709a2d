import { type OpenAPIHono } from '@hono/zod-openapi';

import { connect } from '#shared/db/postgres.ts';
import { page, readCursor } from '#shared/http/pages.ts';
import { invalid, notFound } from '#shared/http/problem.ts';

import { searchCode, searchWords } from '../../domain/search-query.ts';
import type { ProductsEnv } from '../../env.ts';
import type { ListedProductRow } from '../../store/product-rows.ts';
import { cursorKeys, type ProductSort } from '../../store/product-sorts.ts';
import { findProduct, listProducts as findProducts } from '../../store/products.ts';
import { tagged } from '../public-read.ts';
import { getProduct, listProducts } from './products.contract.ts';
import { presentFacets, presentProduct, presentSummary } from './products.present.ts';

export function addProductRoutes(app: OpenAPIHono<ProductsEnv>): void {
  app.openapi(listProducts, async (c) => {
    const { limit, cursor, sort: wantedSort, include = '', q: text, ...others } = c.req.valid('query');
    const q = text === undefined ? undefined : (searchWords(text) ?? undefined);
    const sort = sortOf(wantedSort, q);
    const code = text === undefined ? undefined : (searchCode(text) ?? undefined);
    const filter = { ...others, q, code };
    const list = { ...filter, sort };
    const after = readCursor(cursor, list, cursorKeys[sort]);
    const wanted = new Set(include.split(','));
    const included = wanted.has('facets') ? 'facets' : wanted.has('total') ? 'total' : null;
    const found = await findProducts(connect(c.env), { filter, sort, after, limit: limit + 1 }, included);
    const { data, page: envelope } = page(c, found.rows, { limit, list, position });
    const content = {
      data: data.map((row) => presentSummary(row, c.env.CURRENCY)),
      page: { ...envelope, ...(wanted.has('total') ? found.total : null) },
      ...(found.facets ? { facets: presentFacets(found.facets) } : null),
    };
    return c.json(await tagged(c, content), 200);
  });

  app.openapi(getProduct, async (c) => {
    const product = await findProduct(connect(c.env), c.req.valid('param').id_or_slug);
    if (!product) throw notFound('product');
    return c.json(await tagged(c, presentProduct(product, c.env.CURRENCY)), 200);
  });
}

function sortOf(wanted: ProductSort | undefined, q: string | undefined): ProductSort {
  if (wanted === 'relevance' && q === undefined) {
    throw invalid([
      { parameter: 'sort', code: 'needs_search', message: 'Only a search with q has an order by relevance.' },
    ]);
  }
  return wanted ?? (q === undefined ? '-created_at' : 'relevance');
}

function position({ sort_key: key, id }: ListedProductRow) {
  return { key, id };
}
