/** A text that came so often gets a name; texts that differ with each request (long lists of parameters) never do. */
const frequent = 10;
/** Every connection keeps what it has prepared. */
const mostNames = 100;
const mostCounted = 1_000;
/** How long its pages are and what its filters let through decide how a list is read: it is planned for its values. */
const list = /\bLIMIT \$\d/i;

export interface StatementNames {
  /** The name to prepare this text by, or undefined: it is not asked for often. */
  nameOf: (text: string) => string | undefined;
  /** Other names from now on: what was prepared by those given so far is out of date. */
  startAnew: () => void;
}

/**
 * Names for the statements that come again and again. Postgres parses and plans those once for each connection instead of
 * for each request, which often takes longer than running them.
 */
export function createStatementNames(): StatementNames {
  const names = new Map<string, string>();
  const counts = new Map<string, number>();
  let generation = 1;
  return {
    nameOf(text) {
      const known = names.get(text);
      if (known !== undefined || names.size >= mostNames || list.test(text)) return known;
      const count = (counts.get(text) ?? 0) + 1;
      if (counts.size >= mostCounted) counts.clear();
      counts.set(text, count);
      if (count < frequent) return undefined;
      const name = `frequent_${generation}_${names.size + 1}`;
      names.set(text, name);
      counts.delete(text);
      return name;
    },
    startAnew() {
      generation++;
      names.clear();
    },
  };
}

const unnamed: Pick<StatementNames, 'nameOf'> = { nameOf: () => undefined };

/**
 * Runs the work with names; without any, if a migration has changed what a prepared statement answers (Postgres refuses
 * it then, and nothing of it was done).
 */
export async function withNames<Result>(
  names: StatementNames | undefined,
  work: (names: Pick<StatementNames, 'nameOf'>) => Promise<Result>,
): Promise<Result> {
  if (!names) return work(unnamed);
  try {
    return await work(names);
  } catch (error) {
    if (!isOutdated(error)) throw error;
    names.startAnew();
    return work(unnamed);
  }
}

/** `feature_not_supported`, "cached plan must not change result type". */
function isOutdated(error: unknown): boolean {
  return error instanceof Error && 'routine' in error && error.routine === 'RevalidateCachedQuery';
}
