const reads = /^\/v1\/(?:(?:categories|products)(?:\/[^/]+)?|products\/[^/]+\/reviews)$/;
/** A new review is not public before staff approve it. */
const changes = /^\/v1\/(?:admin\/(?:products|categories|reviews)|reviews)(?:\/|$)/;

/** Whether a request is a public read of the catalogue, which looks the same to everybody. */
export function isCatalogueRead(method: string, pathname: string): boolean {
  return (method === 'GET' || method === 'HEAD') && reads.test(pathname);
}

/** Whether a request, once it succeeds, may have changed what public reads of the catalogue show. */
export function changesCatalogue(method: string, pathname: string): boolean {
  return !['GET', 'HEAD', 'OPTIONS'].includes(method) && changes.test(pathname);
}

/** What a read is kept under, and what products is asked: the order of its parameters does not matter. */
export function cacheKeyOf(url: string): string {
  const key = new URL(url);
  // Stable: parameters of one name keep their order.
  key.searchParams.sort();
  key.hash = '';
  return key.href;
}
