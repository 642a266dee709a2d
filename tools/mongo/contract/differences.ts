/** A case, or by the beginning of their names several, in which a server differs from the contract. */
export interface Difference {
  cases: string;
  reason: string;
}

/** Where servers that others wrote are known not to do what MongoDB does; by the name they are put to the test under. */
const DIFFERENCES: Record<string, readonly Difference[]> = {
  'mongo-java-server': [
    { cases: 'validators', reason: 'has no validators and no collMod' },
    { cases: 'migration', reason: 'has no collMod' },
    { cases: 'indexes that are unique tell', reason: 'names the violated index in its message only' },
    { cases: 'indexes that differ', reason: 'replaces an index of the same name or key' },
    { cases: 'indexes with a time to live delete', reason: 'keeps expired documents' },
    { cases: 'connection is greeted', reason: 'knows isMaster, which drivers fall back on, but not hello' },
  ],
  secantusdb: [],
};

export const knownServers = Object.keys(DIFFERENCES);

/** The known differences of a server; throws when there is none of that name. */
export function differencesOf(server: string): readonly Difference[] {
  const known = Object.hasOwn(DIFFERENCES, server) ? DIFFERENCES[server] : undefined;
  if (known === undefined) throw new Error(`'${server}' is none of ${knownServers.join(', ')}`);
  return known;
}

/** Why a case is not for this server, or null. */
export function differenceOf(server: string, name: string): Difference | null {
  return differencesOf(server).find(({ cases }) => name.startsWith(cases)) ?? null;
}
