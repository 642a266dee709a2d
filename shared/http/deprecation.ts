import type { MiddlewareHandler } from 'hono';

/** The end of a route, told early enough. Dates are RFC 3339; the link leads to what to use instead. */
export interface Deprecation {
  since: string;
  sunset: string;
  link: string;
}

/** Tells it in every answer of the route: `Deprecation` (RFC 9745), `Sunset` (RFC 8594) and a `Link` to the reasons. */
export function announceDeprecation({ since, sunset, link }: Deprecation): MiddlewareHandler {
  const [from, until] = [Date.parse(since), Date.parse(sunset)];
  if (!(from < until)) throw new Error(`A route deprecated since ${since} cannot end at ${sunset}.`);
  return async (c, next) => {
    await next();
    c.header('deprecation', `@${from / 1_000}`);
    c.header('sunset', new Date(until).toUTCString());
    c.header('link', `<${link}>; rel="deprecation"; type="text/html"`, { append: true });
  };
}

/** The same for the document. `x-sunset` is what tools that compare documents look for. */
export function deprecationNotes({ since, sunset, link }: Deprecation) {
  return {
    deprecated: true,
    'x-deprecated-since': since.slice(0, 10),
    'x-sunset': sunset.slice(0, 10),
    externalDocs: { description: 'What to use instead', url: link },
  };
}
