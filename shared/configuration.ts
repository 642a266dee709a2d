import { z } from '@hono/zod-openapi';

import { log } from '#shared/http/log.ts';

/** What a worker needs of its bindings, and whether it has it. */
export interface Configuration {
  service: string;
  /** Says so in the log once for each set of bindings, and so once in the life of an isolate. */
  isComplete(env: object): boolean;
}

/**
 * A worker that lacks a secret or a variable, or has one of another form, must do nothing at all: half of it would go
 * wrong later and elsewhere. The log line names what is wrong, never a value.
 */
export function configuration(service: string, schema: z.ZodType): Configuration {
  const known = new WeakMap<object, boolean>();
  return {
    service,
    isComplete(env) {
      const found = known.get(env);
      if (found !== undefined) return found;
      const { error } = schema.safeParse(env);
      if (error) {
        const names = [...new Set(error.issues.map(({ path }) => String(path[0])))];
        const isMissing = (name: string) => Reflect.get(env, name) === undefined;
        log('error', 'this worker answers 503 to everything until its configuration is complete', {
          service,
          missing: names.filter(isMissing),
          invalid: names.filter((name) => !isMissing(name)),
        });
      }
      known.set(env, !error);
      return !error;
    },
  };
}

/** A variable that must say something. */
export const text = z.string().min(1);

/** A whole number as text. */
export const count = z.string().regex(/^\d{1,9}$/);

export const PostgresUrl = z.string().regex(/^postgres(ql)?:\/\/[^/]+\/./);

export const MongoUri = z.string().regex(/^mongodb(\+srv)?:\/\/./);

/** JSON text of this form. */
export function json(schema: z.ZodType): z.ZodType {
  return z
    .string()
    .transform((value, context): unknown => {
      try {
        return JSON.parse(value);
      } catch {
        context.addIssue('This is not JSON.');
        return z.NEVER;
      }
    })
    .pipe(schema);
}

/** The public keys of access tokens: a JWKS. */
const PublicKeys = json(
  z.object({
    keys: z.array(z.looseObject({ kty: z.literal('EC'), kid: z.string(), x: z.string(), y: z.string() })).min(1),
  }),
);

/** What every service that answers requests needs. */
export const common = { ENVIRONMENT: text, JWT_ISSUER: text, JWT_PUBLIC_KEYS: PublicKeys };
