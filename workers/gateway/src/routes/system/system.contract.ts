import { z } from '@hono/zod-openapi';

import { access } from '#shared/auth/access.ts';
import { contract, json } from '#shared/http/contract.ts';

const Alive = z.object({ status: z.literal('ok') }).openapi('Liveness', { example: { status: 'ok' } });

const HealthStatus = z.enum(['ok', 'down']).openapi('HealthStatus', { example: 'ok' });
const Check = z.object({ status: HealthStatus, latency_ms: z.int() }).openapi('HealthCheck');

/** Whether each service reaches its database. */
const Readiness = z.object({ status: HealthStatus, checks: z.record(z.string(), Check) }).openapi('Readiness', {
  example: {
    status: 'ok',
    checks: { users: { status: 'ok', latency_ms: 3 }, cart: { status: 'ok', latency_ms: 5 } },
  },
});

const Version = z.object({ name: z.string(), version: z.string() }).openapi('Version', {
  example: { name: 'edge-commerce', version: '0.1.0' },
});

/** RFC 7517. Clients ignore members that they do not know. */
const JsonWebKey = z
  .looseObject({
    kty: z.string(),
    kid: z.string(),
    alg: z.string().optional(),
    use: z.string().optional(),
    crv: z.string().optional(),
    x: z.string().optional(),
    y: z.string().optional(),
  })
  .openapi('JsonWebKey');

const JsonWebKeySet = z.object({ keys: z.array(JsonWebKey) }).openapi('JsonWebKeySet', {
  example: { keys: [{ kty: 'EC', crv: 'P-256', kid: 'current', alg: 'ES256', use: 'sig', x: '…', y: '…' }] },
});

const common = { method: 'get' as const, tags: ['System'], ...access.public };

export const getLiveness = contract({
  ...common,
  path: '/livez',
  operationId: 'getLiveness',
  summary: 'Is the gateway running?',
  responses: { 200: json(Alive, 'It is') },
});

export const getReadiness = contract({
  ...common,
  path: '/readyz',
  operationId: 'getReadiness',
  summary: 'Does every service reach its database?',
  responses: { 200: json(Readiness, 'All do'), 503: json(Readiness, 'At least one does not') },
});

export const getVersion = contract({
  ...common,
  path: '/version',
  operationId: 'getVersion',
  summary: 'Which release is running?',
  responses: { 200: json(Version, 'The release') },
});

export const getJsonWebKeySet = contract({
  ...common,
  path: '/.well-known/jwks.json',
  operationId: 'getJsonWebKeySet',
  summary: 'The public keys of access tokens (RFC 7517)',
  responses: { 200: json(JsonWebKeySet, 'The keys') },
});
