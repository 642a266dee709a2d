import { configuredHandlers } from '#shared/entrypoint.ts';

import { app } from './app.ts';
import { type Bindings, configured } from './env.ts';
import { consumeEvents } from './jobs/events.ts';

export { CatalogueFlights } from './objects/catalogue-flights.ts';
export { CatalogueVersion } from './objects/catalogue-version.ts';

export default configuredHandlers(configured, {
  fetch: app.fetch,
  queue: (batch, env) => consumeEvents(env, batch),
} satisfies ExportedHandler<Bindings>);
