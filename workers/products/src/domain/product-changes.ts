/** Those of the wanted fields that are given and otherwise than they are. JSON values; the order of keys counts. */
export function changedFields<Fields extends object>(
  current: Fields,
  wanted: { [Name in keyof Fields]?: Fields[Name] | undefined },
): Partial<Fields> {
  const changed: Partial<Fields> = {};
  for (const name in current) {
    const value = wanted[name];
    if (value !== undefined && JSON.stringify(value) !== JSON.stringify(current[name])) changed[name] = value;
  }
  return changed;
}
