import { type Document, type Parameter, routesOf } from '#tools/openapi/document.ts';

/** Header names as people write them; the runtime knows them in lower case. */
const headerNames: Record<string, string> = { 'idempotency-key': 'Idempotency-Key', 'if-match': 'If-Match' };

/** Parameters that many operations share, by the name that they have among the components. */
const sharedNames: Record<string, string> = {
  limit: 'Limit',
  cursor: 'Cursor',
  'Idempotency-Key': 'IdempotencyKey',
  'If-Match': 'IfMatch',
};

/** The description stands at the parameter itself, and so does the example of one that has to be sent. */
export function completeParameters(document: Document): void {
  for (const { operation } of routesOf(document)) {
    for (const parameter of operation.parameters ?? []) {
      const { schema } = parameter;
      parameter.name = headerNames[parameter.name ?? ''] ?? parameter.name;
      if (!schema) continue;
      parameter.description ??= describedBy(schema['description']);
      delete schema['description'];
      // Forms that are made from the document begin with it: good for what has to be sent, not for filters.
      if (!parameter['required']) continue;
      parameter.example ??= schema.example;
      delete schema.example;
    }
  }
}

function describedBy(description: unknown): string | undefined {
  return typeof description === 'string' ? description : undefined;
}

/** Replaces the shared ones by references. */
export function shareParameters(document: Document): void {
  const parameters: Record<string, Parameter> = {};
  for (const { operation } of routesOf(document)) {
    operation.parameters = operation.parameters?.map((parameter) => {
      const name = sharedNames[parameter.name ?? ''];
      if (name === undefined) return parameter;
      const known = (parameters[name] ??= parameter);
      if (JSON.stringify(known) !== JSON.stringify(parameter)) {
        throw new Error(`${operation.operationId}: ${parameter.name} is not what it is elsewhere.`);
      }
      return { $ref: `#/components/parameters/${name}` };
    });
  }
  document.components.parameters = parameters;
}
