/** A category with the number of products directly in it. */
export interface CategoryRow {
  id: string;
  parent_id: string | null;
  product_count: number;
}

export type CategoryNode<Row extends CategoryRow> = Row & { children: CategoryNode<Row>[] };

/**
 * Hangs categories under their parents, in the order given, and adds the products of descendants to each count.
 * A row whose parent is not among the rows is a root. No recursion: a tree may be deeper than the stack.
 */
export function treeOf<Row extends CategoryRow>(rows: Row[]): CategoryNode<Row>[] {
  const nodes = withDescendants(rows).map((row): CategoryNode<Row> => ({ ...row, children: [] }));
  const byId = new Map(nodes.map((node) => [node.id, node]));
  return nodes.filter((node) => {
    const parent = node.parent_id === null ? undefined : byId.get(node.parent_id);
    parent?.children.push(node);
    return parent === undefined;
  });
}

/** The same categories in the same order, the products of their descendants counted too. */
export function withDescendants<Row extends CategoryRow>(rows: Row[]): Row[] {
  const counts = new Map(rows.map(({ id, product_count }) => [id, product_count]));
  for (const { id, parent_id } of parentsFirst(rows).toReversed()) {
    const above = parent_id === null ? undefined : counts.get(parent_id);
    if (parent_id !== null && above !== undefined) counts.set(parent_id, above + (counts.get(id) ?? 0));
  }
  return rows.map((row) => ({ ...row, product_count: counts.get(row.id) ?? row.product_count }));
}

function parentsFirst<Row extends CategoryRow>(rows: Row[]): Row[] {
  const ids = new Set(rows.map(({ id }) => id));
  const byParent = Map.groupBy(rows, ({ parent_id }) => (parent_id !== null && ids.has(parent_id) ? parent_id : null));
  const ordered = [...(byParent.get(null) ?? [])];
  for (const { id } of ordered) ordered.push(...(byParent.get(id) ?? []));
  return ordered;
}

/** Every node of a tree, each before what is below it. */
export function flattened<Row extends CategoryRow>(nodes: CategoryNode<Row>[]): CategoryNode<Row>[] {
  const all: CategoryNode<Row>[] = [];
  const waiting = nodes.toReversed();
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    all.push(node);
    waiting.push(...node.children.toReversed());
  }
  return all;
}
