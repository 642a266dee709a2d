import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { parse } from 'smol-toml';
import { z } from 'zod';

import { workers } from '#tools/workers.ts';

/** What a shop deploys to, in the order in which a release passes through them. */
export const environmentNames = ['staging', 'production'] as const;

export type EnvironmentName = (typeof environmentNames)[number];

const WorkerName = z.enum(workers.map(({ name }) => name));

const Settings = z.strictObject({
  domain: z.hostname().optional(),
  region: z
    .string()
    .regex(/^(aws|gcp|azure):[a-z0-9-]+$/, 'such as "aws:eu-central-1"')
    .optional(),
  log_sampling: z.number().min(0).max(1).default(1),
  vars: z.partialRecord(WorkerName, z.record(z.string(), z.string())).default({}),
});

/** One environment of `environments.toml`. */
export type EnvironmentSettings = z.infer<typeof Settings>;

const File = z.strictObject({ staging: Settings, production: Settings });

/** Reads `environments.toml` below `root`. Throws what is wrong with it, by key. */
export function readSettings(root: string): Record<EnvironmentName, EnvironmentSettings> {
  const file = File.safeParse(parse(readFileSync(join(root, 'environments.toml'), 'utf8')));
  if (!file.success) throw new Error(`environments.toml:\n${z.prettifyError(file.error)}`);
  return file.data;
}
