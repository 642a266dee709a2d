import { Stripe } from 'stripe';

export interface StripeAccess {
  secret_key: string;
  webhook_secret: string;
  /** Another place than Stripe's own. */
  api_url?: string | undefined;
  /** For one attempt; each request has up to two. */
  timeout_milliseconds?: number | undefined;
}

let latest: { access: StripeAccess; client: Stripe } | undefined;

/**
 * Stripe's own package, over fetch, with the API version that the package was made for. Making one costs some time of the
 * processor and it holds no connection, so an isolate keeps it.
 */
export function stripeClient(access: StripeAccess): Stripe {
  if (latest && isSame(latest.access, access)) return latest.client;
  const client = new Stripe(access.secret_key, {
    httpClient: Stripe.createFetchHttpClient(),
    timeout: access.timeout_milliseconds ?? 10_000,
    maxNetworkRetries: 1,
    telemetry: false,
    ...(access.api_url === undefined ? {} : placeOf(new URL(access.api_url))),
  });
  latest = { access, client };
  return client;
}

function isSame(one: StripeAccess, other: StripeAccess): boolean {
  return (
    one.secret_key === other.secret_key &&
    one.api_url === other.api_url &&
    one.timeout_milliseconds === other.timeout_milliseconds
  );
}

function placeOf({ protocol, hostname, port }: URL) {
  const isPlain = protocol === 'http:';
  return {
    protocol: isPlain ? ('http' as const) : ('https' as const),
    host: hostname,
    port: port || (isPlain ? 80 : 443),
  };
}
