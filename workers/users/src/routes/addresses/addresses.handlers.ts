import type { OpenAPIHono } from '@hono/zod-openapi';

import { connect } from '#shared/db/postgres.ts';
import { page, readCursor, TimeKey } from '#shared/http/pages.ts';
import { notFound } from '#shared/http/problem.ts';

import type { UsersEnv } from '../../env.ts';
import * as store from '../../store/addresses.ts';
import { accountGone } from '../values.ts';
import {
  type Address,
  createAddress,
  deleteAddress,
  getAddress,
  listAddresses,
  updateAddress,
} from './addresses.contract.ts';

const list = { path: listAddresses.path, sort: '-created_at' };

export function addAddressRoutes(app: OpenAPIHono<UsersEnv>): void {
  app.openapi(listAddresses, async (c) => {
    const { limit, cursor } = c.req.valid('query');
    const position = readCursor(cursor, list, TimeKey);
    const rows = await store.listAddresses(connect(c.env), c.get('actor').id, { position, limit: limit + 1 });
    if (!rows) throw accountGone();
    const addresses = rows.map(presentAddress);
    const answer = page(c, addresses, { limit, list, position: ({ created_at, id }) => ({ key: created_at, id }) });
    return c.json(answer, 200);
  });

  app.openapi(createAddress, async (c) => {
    const added = await store.addAddress(connect(c.env), c.get('actor').id, c.req.valid('json'));
    if (!added) throw accountGone();
    return c.json(presentAddress(added), 201, { Location: `/v1/me/addresses/${added.id}` });
  });

  app.openapi(getAddress, async (c) => {
    const found = await store.findAddress(connect(c.env), c.get('actor').id, c.req.valid('param').id);
    if (found === 'account_gone') throw accountGone();
    if (!found) throw notFound('address');
    return c.json(presentAddress(found), 200);
  });

  app.openapi(updateAddress, async (c) => {
    const { id } = c.req.valid('param');
    const changed = await store.changeAddress(connect(c.env), c.get('actor').id, id, c.req.valid('json'));
    if (changed === 'account_gone') throw accountGone();
    if (!changed) throw notFound('address');
    return c.json(presentAddress(changed), 200);
  });

  app.openapi(deleteAddress, async (c) => {
    const deleted = await store.deleteAddress(connect(c.env), c.get('actor').id, c.req.valid('param').id);
    if (deleted === 'account_gone') throw accountGone();
    if (!deleted) throw notFound('address');
    return c.body(null, 204);
  });
}

function presentAddress({ created_at, updated_at, ...address }: store.AddressRow): Address {
  return { ...address, created_at: created_at.toISOString(), updated_at: updated_at.toISOString() };
}
