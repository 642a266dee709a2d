import { within } from './within.ts';

interface Limits {
  /** This long the version is used without asking for a newer one. */
  confidentMilliseconds: number;
  /** Up to this age it is used while a newer one is asked for: nobody is further behind than this. */
  tolerableMilliseconds: number;
  /** A reader waits no longer than this for the answer. */
  patienceMilliseconds: number;
}

/** What one isolate remembers of the catalogue's version, which is kept elsewhere. Version 0: nothing is known yet. */
export function newVersionMemory({ confidentMilliseconds, tolerableMilliseconds, patienceMilliseconds }: Limits) {
  let known = { version: 0, asked_at: -Infinity };
  let refreshedAt = -Infinity;

  /** Answers can overtake each other: the version never goes back. */
  function learn(version: number, asked_at: number): void {
    known = { version: Math.max(known.version, version), asked_at: Math.max(known.asked_at, asked_at) };
  }

  /** Without an answer, what is known serves a little longer, so that not every reader waits in vain. */
  function carryOn(): void {
    learn(known.version, Date.now() - confidentMilliseconds);
  }

  async function refresh(ask: () => Promise<number>): Promise<void> {
    const asked_at = Date.now();
    refreshedAt = asked_at;
    await ask().then((version) => learn(version, asked_at), carryOn);
  }

  return {
    /** The version; `ask` fetches a newer one, if need be in the `background`: after the reader was answered. */
    async current(ask: () => Promise<number>, background: (work: Promise<void>) => void): Promise<number> {
      const age = Date.now() - known.asked_at;
      if (age >= tolerableMilliseconds) {
        const refreshed = refresh(ask);
        background(refreshed);
        await within(patienceMilliseconds, refreshed).catch(carryOn);
      } else if (age >= confidentMilliseconds && Date.now() - refreshedAt >= confidentMilliseconds) {
        background(refresh(ask));
      }
      return known.version;
    },

    /** Remembers a version that was asked for at `asked_at`. */
    learn,
  };
}
