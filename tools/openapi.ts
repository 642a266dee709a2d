/** Writes openapi.yaml from the route schemas of all services; with `--check`, fails if it is out of date. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { OpenAPIHono } from '@hono/zod-openapi';
import { stringify } from 'yaml';

import { addHeaders } from '#tools/openapi/answers.ts';
import { Document, type Operation, routesOf } from '#tools/openapi/document.ts';
import { addExamples, renameSchemaExamples } from '#tools/openapi/examples.ts';
import { info, securitySchemes, servers, tags } from '#tools/openapi/info.ts';
import { completeParameters, shareParameters } from '#tools/openapi/parameters.ts';
import { addRefusals } from '#tools/openapi/refusals.ts';
import { straightenNullables } from '#tools/openapi/schemas.ts';
import { addWebhooks } from '#tools/openapi/webhooks.ts';

import { app as cart } from '../workers/cart/src/app.ts';
import { app as gateway } from '../workers/gateway/src/app.ts';
import { app as orders } from '../workers/orders/src/app.ts';
import { app as payments } from '../workers/payments/src/app.ts';
import { app as products } from '../workers/products/src/app.ts';
import { app as users } from '../workers/users/src/app.ts';

const file = join(import.meta.dirname, '..', 'openapi.yaml');

/** The document: what the contracts say, completed by what follows from it. */
export function openApiDocument(): Document {
  const all = new OpenAPIHono();
  all.route('/', users);
  all.route('/', products);
  all.route('/', cart);
  all.route('/', orders);
  all.route('/', payments);
  all.route('/', gateway);
  for (const [name, scheme] of Object.entries(securitySchemes)) {
    all.openAPIRegistry.registerComponent('securitySchemes', name, scheme);
  }
  addWebhooks(all.openAPIRegistry);
  const document = Document.parse(all.getOpenAPI31Document({ openapi: '3.1.0', info, servers, tags }));
  straightenNullables(document);
  // Parameters first: what follows knows them by their names.
  completeParameters(document);
  addRefusals(document);
  addExamples(document);
  addHeaders(document);
  renameSchemaExamples(document);
  shareParameters(document);
  for (const { operation } of routesOf(document)) operation.description = describe(operation);
  return inOrder(document);
}

const audiences: Record<string, string> = {
  'GUEST,CUSTOMER': 'For guests and customers.',
  CUSTOMER: 'For customers.',
  'MANAGER,ADMIN': 'For managers and administrators.',
  ADMIN: 'For administrators.',
};

/** The description of the contract, and who may call. */
function describe({ description, security = [], deprecated, ...notes }: Operation): string | undefined {
  const roles = security.flatMap((requirement) => requirement['bearer'] ?? []).join(',');
  const end = deprecated ? `Deprecated; it will be gone on ${String(notes['x-sunset'])}.` : undefined;
  const parts = [description, end, audiences[roles]].filter((part) => part !== undefined);
  return parts.length > 0 ? parts.join('\n\n') : undefined;
}

/** As people read it. Paths stay in the order in which the services name them. */
function inOrder(document: Document): Document {
  const { openapi, info: about, servers: places, tags: groups, paths, webhooks, components } = document;
  for (const item of Object.values(paths)) {
    for (const [method, operation] of Object.entries(item)) {
      const {
        operationId,
        summary,
        description,
        tags: own,
        deprecated,
        security,
        parameters,
        requestBody,
        responses,
        ...rest
      } = operation;
      Object.assign(item, {
        [method]: {
          ...{ operationId, summary, description, tags: own, deprecated, security },
          ...{ ...rest, parameters, requestBody, responses },
        },
      });
    }
  }
  const { schemas, responses, parameters, examples, headers, securitySchemes: schemes } = components;
  const byName = Object.fromEntries(Object.entries(schemas).sort(([one], [other]) => (one < other ? -1 : 1)));
  return {
    ...{ openapi, info: about, servers: places, tags: groups, paths, webhooks },
    components: { schemas: byName, responses, parameters, headers, examples, securitySchemes: schemes },
  };
}

/** The document as YAML, byte for byte the same for the same routes. */
export function openApiYaml(): string {
  return stringify(openApiDocument(), { lineWidth: 0, aliasDuplicateObjects: false });
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
