/** A statement that deletes more at once holds its rows, and the database's attention, for too long. */
export const deletedAtOnce = 1_000;

/** A sweep ends some time; the next one, a minute later, goes on. */
const partsASweep = 20;

/**
 * Deletes in parts: calls `deletePart`, which deletes at most `deletedAtOnce` rows and answers how many it was, until
 * there is no more or it is enough for one sweep. Answers how many rows it was in all.
 */
export async function deleteInParts(deletePart: () => Promise<number>): Promise<number> {
  let deleted = 0;
  for (let part = 0; part < partsASweep; part++) {
    const rows = await deletePart();
    deleted += rows;
    if (rows < deletedAtOnce) break;
  }
  return deleted;
}
