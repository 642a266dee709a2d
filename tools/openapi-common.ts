import { type ProblemCode, problems } from '#shared/http/problems.ts';

interface Response {
  description?: string;
  content?: object;
  headers?: object;
  $ref?: string;
}

interface Operation {
  parameters?: object[];
  requestBody?: object;
  security?: object[];
  responses?: Record<string, Response>;
}

const methods = ['get', 'post', 'put', 'patch', 'delete'] as const;

type PathItem = Partial<Record<(typeof methods)[number], Operation>>;

interface Document {
  paths?: Record<string, PathItem>;
  components?: object;
}

/** Adds what every route can answer beside its own refusals, so that contracts name only what is theirs. */
export function completed<Input extends Document>(document: Input): Input {
  for (const [path, item] of Object.entries(document.paths ?? {})) {
    for (const method of methods) {
      const operation = item[method];
      if (operation) complete(path, operation);
    }
  }
  return document;
}

function complete(path: string, operation: Operation): void {
  const responses = (operation.responses ??= {});
  for (const [status, codes] of commonRefusals(path, operation)) {
    const own = responses[status];
    if (own && 'content' in own && JSON.stringify(own.content).includes('application/json')) continue;
    const description = [own?.description, ...codes.map((code) => `\`${code}\`: ${problems[code].title}.`)];
    responses[status] = {
      description: [...new Set(description.filter((part) => part !== undefined))].join(' '),
      content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
    };
  }
}

function commonRefusals(path: string, operation: Operation): Map<string, ProblemCode[]> {
  const refusals = new Map<string, ProblemCode[]>();
  const add = (...codes: ProblemCode[]) => {
    for (const code of codes) {
      const status = String(problems[code].status);
      refusals.set(status, [...(refusals.get(status) ?? []), code]);
    }
  };
  add('unknown_parameter', 'internal_error');
  if (operation.security?.length) add('unauthorized', 'forbidden');
  if (path.includes('{')) add('not_found');
  if (operation.requestBody) add('malformed_json', 'payload_too_large', 'unsupported_media_type');
  if (operation.requestBody || operation.parameters?.length) add('validation_failed');
  if (path.startsWith('/v1/')) add('rate_limited', 'service_unavailable');
  return refusals;
}
