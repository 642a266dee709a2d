import { z } from 'zod';

import { workers } from '#tools/workers.ts';

const WorkerName = z.enum(workers.map(({ name }) => name));

const Queue = z.looseObject({ queue: z.string() });

/**
 * The base section of a wrangler.toml. Strict: wrangler hands bindings on to no environment, so a kind of binding that is
 * not known here would be missing from all of them without a word.
 */
export const BaseSection = z.strictObject({
  // These, every environment inherits.
  name: WorkerName,
  main: z.string(),
  compatibility_date: z.string(),
  compatibility_flags: z.array(z.string()).optional(),
  workers_dev: z.boolean().optional(),
  assets: z.looseObject({}).optional(),
  limits: z.looseObject({}).optional(),
  triggers: z.looseObject({}).optional(),
  migrations: z.array(z.looseObject({})).optional(),
  alias: z.record(z.string(), z.string()).optional(),
  // These, every environment repeats, under its own names.
  vars: z.record(z.string(), z.string()),
  secrets: z.strictObject({ required: z.array(z.string()) }).optional(),
  services: z
    .array(z.strictObject({ binding: z.string(), service: WorkerName, entrypoint: z.string().optional() }))
    .optional(),
  ratelimits: z
    .array(z.looseObject({ name: z.string(), namespace_id: z.string().regex(/^\d+$/), simple: z.looseObject({}) }))
    .optional(),
  queues: z
    .strictObject({
      producers: z.array(Queue).optional(),
      consumers: z.array(Queue.extend({ dead_letter_queue: z.string() })).optional(),
    })
    .optional(),
  durable_objects: z
    .strictObject({ bindings: z.array(z.strictObject({ name: z.string(), class_name: z.string() })) })
    .optional(),
  analytics_engine_datasets: z.array(z.strictObject({ binding: z.string(), dataset: z.string() })).optional(),
  send_email: z.array(z.looseObject({ name: z.string() })).optional(),
  version_metadata: z.strictObject({ binding: z.string() }).optional(),
});

export type BaseSection = z.infer<typeof BaseSection>;
