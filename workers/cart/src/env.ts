import type { LocalBindings } from '#shared/env.ts';
import type { ServiceEnv } from '#shared/http/service.ts';

export type Bindings = CartBindings & LocalBindings;
export type CartEnv = ServiceEnv<Bindings>;
