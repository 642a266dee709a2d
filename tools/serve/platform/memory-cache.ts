/**
 * The Cache API in the memory of the isolate that asks. workerd would send every look-up as an HTTP request to another
 * worker, which costs more than answering one.
 */

interface Entry {
  status: number;
  headers: Headers;
  body: ArrayBuffer;
  /** Milliseconds since the epoch. */
  until: number;
  bytes: number;
}

/** For what surrounds an entry. */
const overheadBytes = 1_024;

/** Keeps answers for as long as their `max-age` says; what was not asked for longest goes when there is no more room. */
export function memoryCaches(capacityBytes: number) {
  // In the order in which they were last asked for.
  const entries = new Map<string, Entry>();
  let bytes = 0;

  function drop(key: string): boolean {
    const entry = entries.get(key);
    if (!entry) return false;
    entries.delete(key);
    bytes -= entry.bytes;
    return true;
  }

  function keep(key: string, entry: Entry): void {
    drop(key);
    if (entry.bytes > capacityBytes) return;
    entries.set(key, entry);
    bytes += entry.bytes;
    for (const oldest of entries.keys()) {
      if (bytes <= capacityBytes) break;
      drop(oldest);
    }
  }

  const cacheNamed = (name: string) => {
    const keyOf = (request: string | URL | Request) =>
      `${name} ${request instanceof Request ? request.url : new URL(request).href}`;
    return {
      async match(request: string | URL | Request): Promise<Response | undefined> {
        if (!isRead(request)) return undefined;
        const key = keyOf(request);
        const entry = entries.get(key);
        if (!entry) return undefined;
        entries.delete(key);
        if (entry.until <= Date.now()) {
          bytes -= entry.bytes;
          return undefined;
        }
        entries.set(key, entry);
        return new Response(entry.body, { status: entry.status, headers: entry.headers });
      },
      async put(request: string | URL | Request, response: Response): Promise<void> {
        if (!isRead(request) || response.status === 206) throw new TypeError('This answer cannot be cached.');
        const body = await response.arrayBuffer();
        const milliseconds = lifetimeOf(response);
        if (milliseconds === 0) return;
        const key = keyOf(request);
        const headers = new Headers(response.headers);
        const size = body.byteLength + JSON.stringify([...headers]).length + key.length + overheadBytes;
        keep(key, { status: response.status, headers, body, until: Date.now() + milliseconds, bytes: size });
      },
      delete: async (request: string | URL | Request): Promise<boolean> => isRead(request) && drop(keyOf(request)),
    };
  };
  return { default: cacheNamed(''), open: async (name: string) => cacheNamed(`${name}:`) };
}

function isRead(request: string | URL | Request): boolean {
  return !(request instanceof Request) || request.method === 'GET';
}

/** Zero for what must not be kept, and for what does not say how long. */
function lifetimeOf({ headers, status }: Response): number {
  const control = headers.get('cache-control') ?? '';
  const isKept = status !== 304 && !headers.has('set-cookie') && headers.get('vary') !== '*';
  if (!isKept || /no-store|no-cache|private/.test(control)) return 0;
  return Number(/s-maxage=(\d+)/.exec(control)?.[1] ?? /max-age=(\d+)/.exec(control)?.[1] ?? 0) * 1_000;
}
