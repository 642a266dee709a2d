import { type Document, type Operation, routesOf } from '#tools/openapi/document.ts';
import { type HeaderName, headers } from '#tools/openapi/headers.ts';

/** Names the headers of every answer. What follows from the kind of the operation is not for its contract to say. */
export function addHeaders(document: Document): void {
  const used = new Set<string>();
  for (const { operation } of routesOf(document)) {
    for (const [status, response] of Object.entries(operation.responses)) {
      if (response.$ref !== undefined) continue;
      const names = new Set([...Object.keys(response.headers ?? {}), ...impliedBy(operation, status)]);
      const isPublicRead = '304' in operation.responses;
      response.headers = Object.fromEntries(
        [...names].map((name) => {
          const component = name === 'ETag' && isPublicRead ? 'ContentTag' : name;
          if (!(component in headers)) throw new Error(`Describe the header ${name} in tools/openapi/headers.ts.`);
          used.add(component);
          return [name, { $ref: `#/components/headers/${component}` }];
        }),
      );
    }
  }
  for (const { headers: names = {} } of Object.values(document.components.responses ?? {})) {
    for (const name of Object.keys(names)) used.add(name);
  }
  document.components.headers = Object.fromEntries(Object.entries(headers).filter(([name]) => used.has(name)));
}

function impliedBy(operation: Operation, status: string): HeaderName[] {
  const has = (name: string) => operation.parameters?.some((parameter) => parameter.name === name) ?? false;
  const isPublicRead = '304' in operation.responses && (status === '200' || status === '304');
  const names: HeaderName[] = ['X-Request-Id', 'Cache-Control'];
  if (isPublicRead) names.push('ETag', 'Age', 'Cache-Status');
  if (status === '200' && has('cursor')) names.push('Link');
  if (status.startsWith('2') && has('Idempotency-Key')) names.push('Idempotency-Replayed');
  if (status === '503') names.push('Retry-After');
  if (operation.deprecated) names.push('Deprecation', 'Sunset');
  return names;
}
