/** A rate limit binding: exact, in periods that begin when the clock says so. A restart forgets what was counted. */
interface Settings {
  LIMIT: number;
  PERIOD_SECONDS: number;
}

export default function rateLimit({ LIMIT, PERIOD_SECONDS }: Settings) {
  const counts = new Map<string, number>();
  let period = 0;
  return {
    async limit({ key }: { key: string }): Promise<{ success: boolean }> {
      const now = Math.floor(Date.now() / (PERIOD_SECONDS * 1_000));
      if (now !== period) {
        counts.clear();
        period = now;
      }
      const count = counts.get(key) ?? 0;
      if (count >= LIMIT) return { success: false };
      counts.set(key, count + 1);
      return { success: true };
    },
  };
}
