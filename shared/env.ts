/** Variables that exist only in some environments, beside the bindings that wrangler.toml declares. */
export interface LocalBindings {
  /** Local only: where a Neon-compatible endpoint listens. */
  NEON_ENDPOINT?: string;
  /** Tests only: see `shared/http/checkpoint.ts`. */
  TEST_CHECKPOINTS?: string;
}

/** The clock of a sweep: now, or as much later as a local caller asks for. */
export function sweepClock(advanceSeconds: number): Date {
  return new Date(Date.now() + advanceSeconds * 1_000);
}
