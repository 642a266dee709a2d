import { type Document, referenced, routesOf, type Schema } from '#tools/openapi/document.ts';

/** Every schema of the document, however deep. */
export function everySchema(document: Document): Set<Schema> {
  const found = new Set<Schema>();
  const visit = (schema: Schema | boolean | undefined) => {
    if (typeof schema !== 'object' || found.has(schema)) return;
    found.add(schema);
    const { properties = {}, items, additionalProperties, allOf = [], anyOf = [], oneOf = [] } = schema;
    const parts = [...Object.values(properties), items, additionalProperties, ...allOf, ...anyOf, ...oneOf];
    for (const part of parts) visit(part);
  };
  Object.values(document.components.schemas).forEach(visit);
  for (const { operation } of routesOf(document)) {
    for (const { schema } of operation.parameters ?? []) visit(schema);
    for (const media of Object.values(operation.requestBody?.content ?? {})) visit(media.schema);
    for (const { content } of Object.values(operation.responses)) {
      for (const media of Object.values(content ?? {})) visit(media.schema);
    }
  }
  return found;
}

/**
 * Says of a named schema that may be null where it may be: `anyOf: [the schema, null]`. The generator makes the schema
 * itself nullable where it first meets it so, and elsewhere asks for both of a schema and null, which nothing is.
 */
export function straightenNullables(document: Document): void {
  const { schemas } = document.components;
  const nullable = new Set(Object.keys(schemas).filter((name) => takesNull(schemas[name])));
  for (const schema of everySchema(document)) {
    const [reference, difference] = schema.allOf ?? [];
    const isRefined = schema.allOf?.length === 2 && difference && !difference.properties && !difference.allOf;
    if (isRefined && reference?.$ref !== undefined) {
      const { type, enum: values, ...notes } = difference;
      const isNull = takesNull({ type }) || (type === undefined && nullable.has(nameOf(reference)));
      delete schema.allOf;
      Object.assign(schema, refer(reference.$ref, isNull), notes, values && !isNull ? { enum: values } : {});
    } else if (schema.$ref !== undefined && nullable.has(nameOf(schema))) {
      const { $ref } = schema;
      delete schema.$ref;
      Object.assign(schema, refer($ref, true));
    }
  }
  for (const name of nullable) {
    const schema = schemas[name];
    if (!schema) continue;
    const types = [schema.type ?? []].flat().filter((type) => type !== 'null');
    schema.type = types.length === 1 ? types[0] : types;
    if (schema.enum) schema.enum = schema.enum.filter((value) => value !== null);
  }
}

function takesNull(schema: Pick<Schema, 'type'> | undefined): boolean {
  return Array.isArray(schema?.type) && schema.type.includes('null');
}

function nameOf(schema: Schema): string {
  return referenced('schemas', schema.$ref) ?? '';
}

function refer($ref: string, isNull: boolean): Schema {
  return isNull ? { anyOf: [{ $ref }, { type: 'null' }] } : { $ref };
}
