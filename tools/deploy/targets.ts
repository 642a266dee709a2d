import { readFileSync } from 'node:fs';

import { parse } from 'smol-toml';
import { z } from 'zod';

import { inEnvironment } from '#tools/environments/sections.ts';
import type { EnvironmentName } from '#tools/environments/settings.ts';
import { secretsOf } from '#tools/secrets/catalogue.ts';
import { type WorkerName, workers } from '#tools/workers.ts';

/** A worker of one environment, as it is deployed. */
export interface Target {
  worker: WorkerName;
  /** Its name in the account. */
  script: string;
  /** How wrangler is told of it. */
  flags: string[];
  compatibilityDate: string;
  vars: Record<string, string>;
  secrets: string[];
  /** The workers that it is bound to. */
  needs: WorkerName[];
  /** What other workers are bound to, beside the default one. */
  entrypoints: string[];
  /** Its own queue and dead letters. Every queue that is written to is somebody's own. */
  queues: string[];
  /** Its public name, if it has one of its own. */
  domain: string | null;
}

const Section = z.looseObject({
  vars: z.record(z.string(), z.string()),
  secrets: z.object({ required: z.array(z.string()) }).default({ required: [] }),
  services: z.array(z.object({ service: z.string(), entrypoint: z.string().optional() })).default([]),
  queues: z
    .looseObject({ consumers: z.array(z.object({ queue: z.string(), dead_letter_queue: z.string() })).default([]) })
    .default({ consumers: [] }),
  routes: z.array(z.object({ pattern: z.string() })).default([]),
});

const Config = z.looseObject({ compatibility_date: z.string(), env: z.record(z.string(), Section) });

/** All workers of an environment, from the wrangler.toml files here, each after those that it is bound to as far as there is such an order; the gateway last. */
export function targetsOf(environment: EnvironmentName): Target[] {
  const sections = workers.map(({ name, config }) => {
    const { compatibility_date, env } = Config.parse(parse(readFileSync(config, 'utf8')));
    const section = env[environment];
    if (!section) throw new Error(`${config} has no section for ${environment}. Run: npm run generate`);
    return { name, config, compatibility_date, ...section };
  });
  const services = sections.flatMap((section) => section.services);
  const targets = sections.map(({ name, config, compatibility_date, ...section }): Target => {
    const script = inEnvironment(name, environment);
    const bound = new Set(section.services.map(({ service }) => service));
    return {
      worker: name,
      script,
      flags: ['-c', config, '-e', environment],
      compatibilityDate: compatibility_date,
      vars: section.vars,
      secrets: secretsOf(name, section.secrets.required, section.vars),
      needs: workers.map((worker) => worker.name).filter((other) => bound.has(inEnvironment(other, environment))),
      entrypoints: [
        ...new Set(services.flatMap(({ service, entrypoint }) => (service === script && entrypoint ? entrypoint : []))),
      ],
      queues: section.queues.consumers.flatMap(({ queue, dead_letter_queue }) => [dead_letter_queue, queue]),
      domain: section.routes[0]?.pattern ?? null,
    };
  });
  return inOrder(targets);
}

/** Depth first. The services are bound to each other in circles; where one closes, the later one is deployed first. */
export function inOrder<Item extends { worker: string; needs: string[] }>(items: Item[]): Item[] {
  const ordered: Item[] = [];
  const begun = new Set<string>();
  const visit = (item: Item) => {
    if (begun.has(item.worker)) return;
    begun.add(item.worker);
    for (const other of items) if (item.needs.includes(other.worker)) visit(other);
    ordered.push(item);
  };
  // Whatever nobody is bound to ends up last.
  for (const item of items.toSorted((one, other) => other.needs.length - one.needs.length)) visit(item);
  return ordered;
}
