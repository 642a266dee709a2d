import { type Document, type MediaType, referenced, routesOf, type Schema } from '#tools/openapi/document.ts';
import { everySchema } from '#tools/openapi/schemas.ts';

type Schemas = Document['components']['schemas'];

/**
 * An example for every body and every answer: the one that the contract gives, or one made of the examples of the parts.
 * Throws where a part has none. A named schema's example becomes a component, which is given wherever it is used.
 */
export function addExamples(document: Document): void {
  const { schemas } = document.components;
  const hoisted = new Map<string, { value: unknown }>();
  const add = (media: MediaType, where: string, all: boolean) => {
    if (media.example !== undefined || media.examples) return;
    const name = referenced('schemas', media.schema.$ref);
    const value = exampleOf(media.schema, { schemas, where, all });
    if (name === undefined) {
      media.example = value;
      return;
    }
    hoisted.set(name, { value });
    media.examples = { [name]: { $ref: `#/components/examples/${name}` } };
  };
  for (const { operation } of routesOf(document)) {
    const where = operation.operationId ?? '';
    for (const media of Object.values(operation.requestBody?.content ?? {})) add(media, `${where}, request`, false);
    for (const [status, { content }] of Object.entries(operation.responses)) {
      for (const media of Object.values(content ?? {})) add(media, `${where}, ${status}`, true);
    }
  }
  for (const name of hoisted.keys()) delete schemas[name]?.example;
  const examples = [...hoisted].sort(([one], [other]) => (one < other ? -1 : 1));
  document.components.examples = { ...Object.fromEntries(examples), ...document.components.examples };
}

interface Place {
  schemas: Schemas;
  where: string;
  /** Optional properties too. */
  all: boolean;
}

function exampleOf(schema: Schema, place: Place): unknown {
  if (schema.example !== undefined) return schema.example;
  const name = referenced('schemas', schema.$ref);
  const target = name === undefined ? undefined : place.schemas[name];
  if (target) return exampleOf(target, { ...place, where: `${place.where} ${name}` });
  if (schema.const !== undefined) return schema.const;
  if (schema.enum) return schema.enum[0];
  if (schema.allOf) return Object.assign({}, ...schema.allOf.map((part) => exampleOf(part, place)));
  const [choice] = schema.oneOf ?? schema.anyOf ?? [];
  if (choice) return exampleOf(choice, place);
  return exampleOfType(schema, place);
}

function exampleOfType(schema: Schema, place: Place): unknown {
  const types = [schema.type ?? []].flat();
  if (types.includes('null')) return null;
  switch (types[0]) {
    case 'object':
      return Object.fromEntries(
        Object.entries(schema.properties ?? {})
          .filter(([key]) => place.all || schema.required?.includes(key))
          .map(([key, property]) => [key, exampleOf(property, { ...place, where: `${place.where}/${key}` })]),
      );
    case 'array':
      return schema.items ? [exampleOf(schema.items, place)] : [];
    case 'boolean':
      return true;
    case 'integer':
      return 1;
    default:
      throw new Error(`Give an example to ${place.where}: .openapi({ example: … }).`);
  }
}

/** JSON Schema's word for it: OpenAPI 3.1 deprecates `example` in schemas. */
export function renameSchemaExamples(document: Document): void {
  for (const schema of everySchema(document)) {
    if (schema.example === undefined) continue;
    schema['examples'] = [schema.example];
    delete schema.example;
  }
}
