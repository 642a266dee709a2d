/**
 * Remembers by key when products was last asked and whether that failed, so that at most one request a second asks in the
 * background, and nobody waits for a service that has just failed. `capacity` bounds what is remembered.
 */
export function newAttempts(limits: { pauseMilliseconds: number; failureMilliseconds: number; capacity: number }) {
  const begun = new Map<string, number>();
  const failed = new Map<string, number>();
  const isWithin = (since: number | undefined, milliseconds: number) =>
    since !== undefined && Date.now() - since < milliseconds;
  const put = (times: Map<string, number>, key: string) => {
    if (times.size >= limits.capacity) times.clear();
    times.set(key, Date.now());
  };
  return {
    /** Whether the caller may ask in the background now; if so, others have to wait a while. */
    begin(key: string): boolean {
      if (isWithin(begun.get(key), limits.pauseMilliseconds)) return false;
      put(begun, key);
      return true;
    },
    end(key: string, isOk: boolean): void {
      if (isOk) failed.delete(key);
      else put(failed, key);
    },
    failedLately: (key: string) => isWithin(failed.get(key), limits.failureMilliseconds),
  };
}
