/** Writes openapi.yaml from the route schemas of all services; with `--check`, fails if it is out of date. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { OpenAPIHono } from '@hono/zod-openapi';
import { stringify } from 'yaml';

import { completed } from '#tools/openapi-common.ts';

import { app as cart } from '../workers/cart/src/app.ts';
import { app as gateway } from '../workers/gateway/src/app.ts';
import { app as orders } from '../workers/orders/src/app.ts';
import { app as payments } from '../workers/payments/src/app.ts';
import { app as products } from '../workers/products/src/app.ts';
import { app as users } from '../workers/users/src/app.ts';
import release from '../package.json' with { type: 'json' };

const file = join(import.meta.dirname, '..', 'openapi.yaml');

const tags = [
  { name: 'Auth', description: 'Accounts and access tokens.' },
  { name: 'Account', description: 'The signed-in shopper.' },
  { name: 'Addresses', description: 'Where orders are shipped and billed to.' },
  { name: 'User administration', description: 'For administrators: users, roles and the audit log.' },
  { name: 'Catalogue', description: 'What can be bought.' },
  { name: 'Catalogue administration', description: 'For managers: products, stock and imports.' },
  { name: 'Cart', description: 'One cart a shopper or guest.' },
  { name: 'Orders', description: 'Checkout and the shopper’s orders.' },
  { name: 'Order administration', description: 'For managers: fulfilment.' },
  { name: 'Payments', description: 'Paying for an order.' },
  { name: 'System', description: 'Health, release and public keys.' },
];

/** The document as YAML, byte for byte the same for the same routes. */
export function openApiYaml(): string {
  const all = new OpenAPIHono();
  all.route('/', users);
  all.route('/', products);
  all.route('/', cart);
  all.route('/', orders);
  all.route('/', payments);
  all.route('/', gateway);
  all.openAPIRegistry.registerComponent('securitySchemes', 'bearer', {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
    description: 'An access token from login, registration or the guest route.',
  });
  const document = all.getOpenAPI31Document({
    openapi: '3.1.0',
    info: {
      title: 'Edge Commerce',
      version: release.version,
      description: 'An e-commerce API at the edge. Amounts are decimal strings, ids are UUIDv7, errors are RFC 9457.',
      license: { name: 'MIT', url: 'https://opensource.org/license/mit' },
    },
    servers: [{ url: 'http://localhost:8787', description: 'The local shop' }],
    tags,
  });
  return stringify(completed(document), { lineWidth: 0, aliasDuplicateObjects: false, sortMapEntries: true });
}

function main(): void {
  const yaml = openApiYaml();
  if (!process.argv.includes('--check')) {
    writeFileSync(file, yaml);
    return;
  }
  if (readFileSync(file, 'utf8') !== yaml) {
    console.error('openapi.yaml is out of date. Run: npm run openapi');
    process.exitCode = 1;
  }
}

if (process.argv[1] === import.meta.filename) main();
