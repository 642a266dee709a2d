import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { parse } from 'yaml';
import { z } from 'zod';

const Document = z.looseObject({
  paths: z.record(
    z.string(),
    z.record(
      z.string(),
      z.object({
        responses: z.record(z.string(), z.object({ content: z.record(z.string(), z.unknown()).optional() })),
      }),
    ),
  ),
});

const raw: unknown = parse(readFileSync(join(import.meta.dirname, '..', '..', 'openapi.yaml'), 'utf8'));
const document = Document.parse(raw);
const ajv = new Ajv2020({ strict: false, allErrors: true });
formats.default(ajv);
ajv.addSchema({ ...document, $id: 'openapi' });
const compiled = new Map<string, ValidateFunction>();
const templates = Object.keys(document.paths).map((template) => ({
  template,
  pattern: new RegExp(`^${template.replaceAll('.', '\\.').replaceAll(/\{[^}]+\}/g, '[^/]+')}$`),
}));

/** Throws unless the document declares this answer of this route: status, content type, and a body of its schema. */
export function assertDocumented(
  method: string,
  path: string,
  status: number,
  contentType: string,
  body: unknown,
): void {
  const matching = templates.filter(({ pattern }) => pattern.test(path)).map(({ template }) => template);
  const template = matching.find((candidate) => candidate === path) ?? matching[0];
  // Unknown routes and methods are not in the document; what they answer, tests state themselves.
  const operation = template === undefined ? undefined : document.paths[template]?.[method.toLowerCase()];
  if (template === undefined || operation === undefined) return;
  const response = operation.responses[String(status)];
  if (!response) throw new Error(`${method} ${template} answers ${status}, which openapi.yaml does not declare.`);
  if (!response.content) return;
  if (!response.content[contentType])
    throw new Error(`${method} ${template} ${status} is ${contentType}: not declared.`);
  const validate = validatorOf(template, method.toLowerCase(), status, contentType);
  if (!validate(body)) {
    throw new Error(`${method} ${template} ${status} does not match its schema: ${ajv.errorsText(validate.errors)}`);
  }
}

function validatorOf(template: string, method: string, status: number, contentType: string): ValidateFunction {
  const parts = ['paths', template, method, 'responses', String(status), 'content', contentType, 'schema'];
  const pointer = parts.map((part) => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'))).join('/');
  const known = compiled.get(pointer);
  if (known) return known;
  const made = ajv.compile({ $ref: `openapi#/${pointer}` });
  compiled.set(pointer, made);
  return made;
}
