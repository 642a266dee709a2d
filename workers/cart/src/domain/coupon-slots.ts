/**
 * Every use of a coupon takes a slot that no other use of it has. Under a limit the slots are the numbers from 1 to the
 * limit, with leading zeros, so that text sorts as numbers do. A use made while there was no limit, or a higher one, has
 * a slot that sorts after all of those.
 */
export const MAX_LIMIT = 1_000_000;

const digits = String(MAX_LIMIT).length;

export function slotName(number: number): string {
  return String(number).padStart(digits, '0');
}

/** The slot of a use that no limit applies to. Letters sort after digits. */
export function unlimitedSlot(order_id: string): string {
  return `order-${order_id}`;
}

/** Up to `count` different slots under the limit, chosen at random. */
export function randomSlots(limit: number, count: number): string[] {
  if (limit <= count) return Array.from({ length: limit }, (_, i) => slotName(i + 1));
  const chosen = new Set<number>();
  while (chosen.size < count) chosen.add(1 + Math.floor(Math.random() * limit));
  return [...chosen].map(slotName);
}

/**
 * The slots that a new use may take, given all that are taken. Each use beyond the limit costs a slot under it: free are
 * those up to the highest number that, with the uses beyond it, is still within the limit. That number only grows while
 * uses come and go, so that uses taken at once, on whatever each has read, are never more than the limit.
 */
export function freeSlots(limit: number, taken: string[]): string[] {
  const used = new Set(taken);
  const free: string[] = [];
  let above = taken.length;
  for (let number = 1; number <= limit; number++) {
    const slot = slotName(number);
    if (used.has(slot)) above--;
    if (number + above > limit) break;
    if (!used.has(slot)) free.push(slot);
  }
  return free;
}
