import { randomUUID } from 'node:crypto';

import { uuidv7 } from 'uuidv7';

import { type Operation, type Parameter, referenced, type Route, routesOf } from '#tools/openapi/document.ts';

import { type Answer, api, newShopper, staff } from './client.ts';
import { document } from './document.ts';

/** An operation of the document with what it takes to call it. */
export interface Callable extends Route {
  name: string;
  parameters: Parameter[];
  /** The content type of its body, if it takes one. */
  bodyType: string | undefined;
  /** The least role that it asks for; nothing for a public one. Signed calls have a test of their own. */
  role: Role | undefined;
}

export type Role = 'GUEST' | 'CUSTOMER' | 'MANAGER' | 'ADMIN';

const { components } = document;

export const operations: Callable[] = routesOf(document)
  .filter(({ operation }) => operation.security?.every((each) => 'bearer' in each))
  .map((route) => ({
    ...route,
    name: route.operation.operationId ?? route.path,
    parameters: (route.operation.parameters ?? []).map(
      (parameter) => components.parameters?.[referenced('parameters', parameter.$ref) ?? ''] ?? parameter,
    ),
    bodyType: Object.keys(route.operation.requestBody?.content ?? {})[0],
    role: leastRole(route.operation),
  }));

function leastRole({ security = [] }: Operation): Role | undefined {
  const roles = security.flatMap((each) => each['bearer'] ?? []);
  return (['GUEST', 'CUSTOMER', 'MANAGER', 'ADMIN'] as const).find((role) => roles.includes(role));
}

/** For `it.each`: the operations with their names. */
export function named(list: Callable[]): [string, Callable][] {
  return list.map((operation) => [operation.name, operation]);
}

export function hasParameter({ parameters }: Callable, name: string): boolean {
  return parameters.some((parameter) => parameter.name === name);
}

const tokens = new Map<Role, Promise<string>>();

/** A token of the role, one for all calls; customers are new. */
export function tokenOf(role: Role): Promise<string> {
  const token = tokens.get(role) ?? newToken(role);
  tokens.set(role, token);
  return token;
}

async function newToken(role: Role): Promise<string> {
  if (role === 'GUEST') return (await api('POST', '/v1/auth/guest')).body.access_token;
  if (role === 'CUSTOMER') return (await newShopper()).token;
  return staff(role === 'ADMIN' ? 'admin' : 'manager');
}

interface Change {
  method?: string;
  path?: string;
  query?: string;
  headers?: Record<string, string>;
  body?: unknown;
}

/** Calls the operation with everything that it asks for but a body, and ids that name nothing. */
export async function call(operation: Callable, change: Change = {}): Promise<Answer> {
  const { method = operation.method.toUpperCase(), path = pathWith(operation), query = '', body } = change;
  const headers = {
    ...(hasParameter(operation, 'Idempotency-Key') ? { 'idempotency-key': randomUUID() } : {}),
    ...(hasParameter(operation, 'If-Match') ? { 'if-match': '"1"' } : {}),
    ...(operation.bodyType && body !== undefined ? { 'content-type': operation.bodyType } : {}),
    ...change.headers,
  };
  return api(method, path + query, {
    headers,
    ...(operation.role ? { token: await tokenOf(operation.role) } : {}),
    ...(body === undefined ? {} : { body }),
  });
}

/** The path with ids that are well-formed and name nothing, but for those given. */
export function pathWith({ path, parameters }: Callable, values: Record<string, string> = {}): string {
  return path.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const schema = parameters.find((parameter) => parameter.name === name)?.schema;
    return values[name] ?? (schema?.type === 'integer' ? '999999999' : schema?.format === 'uuid' ? uuidv7() : 'NOSUCH');
  });
}

/** The first example of the operation's body. */
export function exampleBody({ operation, bodyType }: Callable): unknown {
  const media = operation.requestBody?.content[bodyType ?? ''];
  const [first] = Object.values(media?.examples ?? {});
  const name = referenced('examples', first?.$ref);
  return media?.example ?? (name === undefined ? first?.value : components.examples?.[name]?.value);
}
