import { setTimeout as pause } from 'node:timers/promises';

import { type Check, mostViolations, type Violation } from '#tools/invariants/check.ts';
import { checks } from '#tools/invariants/checks.ts';
import { look, type Moment, type ShopUrls } from '#tools/invariants/shop.ts';

export interface Finding {
  check: Pick<Check, 'name' | 'meaning' | 'remedy'>;
  /** At most `mostViolations` of them. */
  violations: Violation[];
}

export interface Options {
  /** Judge as if the clock stood that much later, as `POST /dev/sweep?advance_seconds=` does. */
  advanceSeconds?: number;
  /** Names of the checks to make; all by default. */
  only?: string[];
  /** How long to wait before looking again at what seems violated. */
  pauseMilliseconds?: number;
}

/**
 * Makes the checks. A shop that is being used is looked at twice: only what is violated at both moments counts, as the
 * databases are not read at the very same moment.
 */
export async function findViolations(urls: ShopUrls, options: Options = {}): Promise<Finding[]> {
  const { advanceSeconds = 0, only, pauseMilliseconds = 2_000 } = options;
  const now = () => new Date(Date.now() + advanceSeconds * 1_000);
  const wanted = checks.filter(({ name }) => only === undefined || only.includes(name));
  const first = await look(urls, now(), (moment) => makeChecks(wanted, moment));
  const doubtful = new Set(first.filter(({ violations }) => violations.length > 0).map(({ check }) => check.name));
  if (doubtful.size === 0) return first;
  await pause(pauseMilliseconds);
  const again = wanted.filter(({ name }) => doubtful.has(name));
  const second = await look(urls, now(), (moment) => makeChecks(again, moment));
  return first.map((finding) =>
    inBoth(
      finding,
      second.find(({ check }) => check.name === finding.check.name),
    ),
  );
}

async function makeChecks(wanted: Check[], moment: Moment): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const { name, meaning, remedy, find } of wanted) {
    const violations: Violation[] = [];
    for await (const violation of find(moment)) {
      violations.push(violation);
      if (violations.length === mostViolations) break;
    }
    findings.push({ check: { name, meaning, remedy }, violations });
  }
  return findings;
}

function inBoth({ check, violations }: Finding, again: Finding | undefined): Finding {
  const still = new Set(again?.violations.map(({ subject }) => subject));
  return { check, violations: violations.filter(({ subject }) => still.has(subject)) };
}
