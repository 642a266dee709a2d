import { readFileSync } from 'node:fs';

import { parse } from 'smol-toml';
import { z } from 'zod';

import { type WorkerName, workers } from '#tools/workers.ts';

/** A secret that workers have. */
export interface Secret {
  name: string;
  /** As the operator's guide says it. */
  meaning: string;
  /** Which worker has it only with this value of a variable. The others are required by `[secrets]` of wrangler.toml. */
  only?: { worker: WorkerName; variable: string; value: string };
  /** The worker does without it. */
  isOptional?: boolean;
}

/** Every secret there is; `npm run secrets -- check` holds it against the workers and the operator's guide. */
export const secrets: readonly Secret[] = [
  { name: 'DATABASE_URL', meaning: "The service's own Neon database" },
  { name: 'MONGODB_URI', meaning: "The Atlas cluster, with the database's name in its path" },
  { name: 'JWT_PRIVATE_KEY', meaning: 'An ES256 key as JWK, with `kid`' },
  { name: 'JWT_PUBLIC_KEYS', meaning: 'The matching public keys as JWKS' },
  { name: 'TOKEN_ENCRYPTION_KEYS', meaning: 'The keys that saved payment methods are encrypted with' },
  {
    name: 'STRIPE_SECRET_KEY',
    meaning: "Stripe's secret (or restricted) API key",
    only: { worker: 'payments', variable: 'PAYMENT_GATEWAY', value: 'stripe' },
  },
  {
    name: 'STRIPE_WEBHOOK_SECRET',
    meaning: "What Stripe's webhooks are signed with, `whsec_…`",
    only: { worker: 'payments', variable: 'PAYMENT_GATEWAY', value: 'stripe' },
  },
  {
    name: 'SANDBOX_WEBHOOK_SECRET',
    meaning: "What the sandbox's webhooks are signed with; none without",
    only: { worker: 'payments', variable: 'PAYMENT_GATEWAY', value: 'sandbox' },
    isOptional: true,
  },
  {
    name: 'RESEND_API_KEY',
    meaning: "Resend's API key",
    only: { worker: 'notifications', variable: 'EMAIL_ADAPTER', value: 'resend' },
  },
];

/** The secrets that a worker needs with these variables; `required` is what its wrangler.toml says. */
export function secretsOf(worker: WorkerName, required: string[], vars: Record<string, string>): string[] {
  const conditional = conditionalOf(worker, vars).filter(({ isOptional }) => !isOptional);
  return [...required, ...conditional.map(({ name }) => name)];
}

/** The secrets that a worker can have with these variables, and can do without. */
export function optionalSecretsOf(worker: WorkerName, vars: Record<string, string>): string[] {
  return conditionalOf(worker, vars).flatMap(({ name, isOptional }) => (isOptional ? [name] : []));
}

function conditionalOf(worker: WorkerName, vars: Record<string, string>): Secret[] {
  return secrets.filter(({ only }) => only?.worker === worker && vars[only.variable] === only.value);
}

const Config = z.looseObject({ secrets: z.object({ required: z.array(z.string()) }).optional() });

/** What `[secrets]` of each worker's wrangler.toml requires. */
export function requiredSecrets(): { worker: WorkerName; required: string[] }[] {
  return workers.map(({ name, config }) => ({
    worker: name,
    required: Config.parse(parse(readFileSync(config, 'utf8'))).secrets?.required ?? [],
  }));
}

/** The workers that have a secret, in whatever circumstances. */
export function holdersOf({ name, only }: Secret): WorkerName[] {
  if (only) return [only.worker];
  return requiredSecrets().flatMap(({ worker, required }) => (required.includes(name) ? [worker] : []));
}
