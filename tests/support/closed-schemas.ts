import { type Document, routesOf, type Schema } from '#tools/openapi/document.ts';

/**
 * The document with closed answers: a field that a schema does not name is an error, although clients have to put up with
 * new ones. `unevaluatedProperties` sees through references, `allOf` and `anyOf`, so it stands where a schema is used.
 */
export function closed(document: Document): Document {
  const copy: Document = structuredClone(document);
  // Problems and keys may have more members some day; today they have none that is not named.
  for (const schema of Object.values(copy.components.schemas)) {
    if (schema.properties && !isFalse(schema.additionalProperties)) delete schema.additionalProperties;
    closeParts(schema);
  }
  for (const { operation } of routesOf(copy)) {
    for (const { content = {} } of Object.values(operation.responses)) close(content);
  }
  for (const { content = {} } of Object.values(copy.components.responses ?? {})) close(content);
  return copy;
}

function close(content: Record<string, { schema: Schema }>): void {
  for (const media of Object.values(content)) media.schema = closedUse(media.schema);
}

/** A schema where a value of it stands. */
function closedUse(schema: Schema): Schema {
  closeParts(schema);
  const isObject = schema.$ref !== undefined || schema.properties || schema.allOf || schema.anyOf || schema.oneOf;
  return isObject ? { ...schema, unevaluatedProperties: false } : schema;
}

/** The values that a value of the schema is made of. Branches describe the same value, so they stay open. */
function closeParts(schema: Schema): void {
  const { properties = {}, items, additionalProperties, allOf = [], anyOf = [], oneOf = [] } = schema;
  for (const [name, property] of Object.entries(properties)) properties[name] = closedUse(property);
  if (items) schema.items = closedUse(items);
  if (typeof additionalProperties === 'object') schema.additionalProperties = closedUse(additionalProperties);
  for (const branch of [...allOf, ...anyOf, ...oneOf]) closeParts(branch);
}

function isFalse(value: unknown): boolean {
  return value === false;
}
