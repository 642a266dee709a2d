import { WorkerEntrypoint } from 'cloudflare:workers';

import type { Configuration } from '#shared/configuration.ts';
import { withFaultPoints } from '#shared/http/faults.ts';
import { measureInto, type MetricsDataset } from '#shared/metrics.ts';

const retrySeconds = 300;

/** The base of a service's entrypoint: while its configuration is incomplete, every call fails. */
export function configuredEntrypoint<Bindings extends { METRICS?: MetricsDataset }>(configuration: Configuration) {
  return class extends WorkerEntrypoint<Bindings> {
    constructor(context: ExecutionContext, env: Bindings) {
      super(context, withFaultPoints(env));
      measureInto(env);
      if (!configuration.isComplete(env)) throw notConfigured(configuration);
    }
  };
}

/**
 * A worker's handlers. While its configuration is incomplete, events wait in their queue and a cron trigger fails;
 * `createService` answers requests.
 */
export function configuredHandlers<Bindings extends { METRICS?: MetricsDataset }>(
  configuration: Configuration,
  { queue, scheduled, ...others }: ExportedHandler<Bindings>,
): ExportedHandler<Bindings> {
  return {
    ...others,
    ...(queue && {
      queue: (batch, env, context) => {
        measureInto(env);
        if (configuration.isComplete(env)) return queue(batch, withFaultPoints(env), context);
        batch.retryAll({ delaySeconds: retrySeconds });
        return undefined;
      },
    }),
    ...(scheduled && {
      scheduled: (controller, env, context) => {
        measureInto(env);
        if (!configuration.isComplete(env)) throw notConfigured(configuration);
        return scheduled(controller, env, context);
      },
    }),
  };
}

function notConfigured({ service }: Configuration): Error {
  return new Error(`${service} is not configured: see its log.`);
}
