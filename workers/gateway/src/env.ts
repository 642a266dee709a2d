import type { LocalBindings } from '#shared/env.ts';
import type { ServiceEnv } from '#shared/http/service.ts';

export type Bindings = GatewayBindings & LocalBindings;
export type GatewayEnv = ServiceEnv<Bindings>;
