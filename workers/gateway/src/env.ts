import { z } from 'zod';

import { common, configuration, count } from '#shared/configuration.ts';
import type { LocalBindings } from '#shared/env.ts';
import type { ServiceEnv } from '#shared/http/service.ts';

export type Bindings = GatewayBindings & LocalBindings;
export type GatewayEnv = ServiceEnv<Bindings>;

/** What this worker needs to do anything at all. */
export const configured = configuration(
  'gateway',
  z.looseObject({
    ...common,
    ALLOWED_ORIGINS: z.string(),
    CATALOGUE_FRESH_SECONDS: count,
    CATALOGUE_STALE_SECONDS: count,
  }),
);
