import { z } from 'zod';

import { type ProblemCode, problems } from '#shared/http/problems.ts';

const Response = z.looseObject({ $ref: z.string().optional() });

const Operation = z.object({
  operationId: z.string(),
  summary: z.string().default(''),
  tags: z.tuple([z.string()], z.string()),
  responses: z.record(z.string(), Response),
});

const Document = z.object({
  paths: z.record(z.string(), z.record(z.string(), z.unknown())),
  components: z.object({ responses: z.record(z.string(), Response).optional() }),
});

const methods = ['get', 'post', 'put', 'patch', 'delete'];

/** An operation of the API, as the pages tell of it. */
export interface Operation {
  method: string;
  path: string;
  summary: string;
  /** Where the interactive reference shows it. */
  href: string;
  codes: Set<ProblemCode>;
}

/** Every operation of an OpenAPI document, in its order. */
export function operationsOf(document: unknown): Operation[] {
  const { paths, components } = Document.parse(document);
  return Object.entries(paths).flatMap(([path, item]) =>
    methods.flatMap((method) => {
      if (!item[method]) return [];
      const { operationId, summary, tags, responses } = Operation.parse(item[method]);
      const resolved = Object.entries(responses).map(([status, response]) => {
        const name = response.$ref?.split('/').at(-1);
        return [status, name === undefined ? response : components.responses?.[name]] as const;
      });
      const href = `/docs#/${encodeURIComponent(tags[0])}/${operationId}`;
      return [{ method: method.toUpperCase(), path, summary, href, codes: codesOf(resolved) }];
    }),
  );
}

/** The codes that a response names, in its description or in an example. */
function codesOf(responses: (readonly [string, unknown])[]): Set<ProblemCode> {
  const named = responses.flatMap(([status, response]) => {
    const words = new Set(JSON.stringify(response ?? {}).match(/(?<=[`"])[a-z_]+(?=\\?[`"])/g));
    return codes.filter((code) => words.has(code) && String(problems[code].status) === status);
  });
  return new Set(named);
}

/** Of every problem, in the catalogue's order. */
export const codes = Object.keys(problems).filter((code): code is ProblemCode => code in problems);
