import { z } from 'zod';

/** What the tools here read and write of an OpenAPI 3.1 document. Everything else passes through as it is. */
const Schema = z.looseObject({
  $ref: z.string().optional(),
  type: z.union([z.string(), z.array(z.string())]).optional(),
  format: z.string().optional(),
  enum: z.array(z.unknown()).optional(),
  const: z.unknown().optional(),
  example: z.unknown().optional(),
  required: z.array(z.string()).optional(),
  get properties() {
    return z.record(z.string(), Schema).optional();
  },
  get items() {
    return Schema.optional();
  },
  get additionalProperties() {
    return z.union([z.boolean(), Schema]).optional();
  },
  get allOf() {
    return z.array(Schema).optional();
  },
  get anyOf() {
    return z.array(Schema).optional();
  },
  get oneOf() {
    return z.array(Schema).optional();
  },
});

const MediaType = z.looseObject({
  schema: Schema,
  example: z.unknown().optional(),
  examples: z
    .record(z.string(), z.looseObject({ $ref: z.string().optional(), value: z.unknown().optional() }))
    .optional(),
});

const Parameter = z.looseObject({
  $ref: z.string().optional(),
  name: z.string().optional(),
  in: z.string().optional(),
  description: z.string().optional(),
  example: z.unknown().optional(),
  schema: Schema.optional(),
});

const Header = z.looseObject({ $ref: z.string().optional() });

const Response = z.looseObject({
  $ref: z.string().optional(),
  description: z.string().optional(),
  headers: z.record(z.string(), Header).optional(),
  content: z.record(z.string(), MediaType).optional(),
});

const Operation = z.looseObject({
  operationId: z.string().optional(),
  summary: z.string().optional(),
  description: z.string().optional(),
  tags: z.array(z.string()).optional(),
  deprecated: z.boolean().optional(),
  security: z.array(z.record(z.string(), z.array(z.string()))).optional(),
  parameters: z.array(Parameter).optional(),
  requestBody: z.looseObject({ content: z.record(z.string(), MediaType) }).optional(),
  responses: z.record(z.string(), Response),
});

const methods = ['get', 'put', 'post', 'patch', 'delete'] as const;

const PathItem = z.partialRecord(z.enum(methods), Operation);

export const Document = z.looseObject({
  paths: z.record(z.string(), PathItem),
  webhooks: z.record(z.string(), PathItem).optional(),
  components: z.looseObject({
    schemas: z.record(z.string(), Schema),
    securitySchemes: z.record(z.string(), z.looseObject({})).optional(),
    responses: z.record(z.string(), Response).optional(),
    parameters: z.record(z.string(), Parameter).optional(),
    headers: z.record(z.string(), Header).optional(),
    examples: z.record(z.string(), z.looseObject({ value: z.unknown().optional() })).optional(),
  }),
});

export type Document = z.infer<typeof Document>;
export type Schema = z.infer<typeof Schema>;
export type MediaType = z.infer<typeof MediaType>;
export type Operation = z.infer<typeof Operation>;
export type Parameter = z.infer<typeof Parameter>;
export type Response = z.infer<typeof Response>;

export interface Route {
  path: string;
  method: (typeof methods)[number];
  operation: Operation;
}

/** Every operation, in the order of the document. */
export function routesOf(document: Pick<Document, 'paths'>): Route[] {
  return Object.entries(document.paths).flatMap(([path, item]) =>
    methods.flatMap((method) => {
      const operation = item[method];
      return operation ? [{ path, method, operation }] : [];
    }),
  );
}

/** The name that a reference ends with, where it leads into this kind of component. */
export function referenced(kind: string, ref: string | undefined): string | undefined {
  const prefix = `#/components/${kind}/`;
  return ref?.startsWith(prefix) ? ref.slice(prefix.length) : undefined;
}
