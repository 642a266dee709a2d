import type { LocalBindings } from '#shared/env.ts';
import type { ServiceEnv } from '#shared/http/service.ts';

export type Bindings = ProductsBindings & LocalBindings;
export type ProductsEnv = ServiceEnv<Bindings>;
