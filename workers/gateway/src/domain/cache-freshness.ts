/** When a kept answer was asked for (milliseconds since 1970), and the version of the catalogue that was known then. */
export interface Stamp {
  asked_at: number;
  version: number;
}

/** Ages in seconds up to which an answer is fresh, and up to which it may be shown while it is read anew. */
export interface Lifetimes {
  fresh: number;
  stale: number;
}

/** `expired` answers may be shown only when there is no other to be had. */
export type Freshness = 'fresh' | 'revalidate' | 'expired';

/** What a kept answer is worth to somebody who knows of `version`; 0 stands for a version that is not known. */
export function judge(stamp: Stamp, now: number, version: number, { fresh, stale }: Lifetimes): Freshness {
  const seconds = (now - stamp.asked_at) / 1_000;
  if (stamp.version < version || seconds >= stale) return 'expired';
  return seconds < fresh ? 'fresh' : 'revalidate';
}

/** `Age` in whole seconds (RFC 9111, section 5.1). Clocks of two machines may differ a little. */
export function ageOf({ asked_at }: Stamp, now: number): number {
  return Math.max(0, Math.floor((now - asked_at) / 1_000));
}
