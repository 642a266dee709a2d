/** A visible category with the number of products directly in it. */
export interface CategoryRow {
  id: string;
  parent_id: string | null;
  product_count: number;
}

export type CategoryNode<Row extends CategoryRow> = Row & { children: CategoryNode<Row>[] };

/**
 * Hangs categories under their parents, in the order given, and adds the products of descendants to each count.
 * A row whose parent is not among the rows is a root.
 */
export function treeOf<Row extends CategoryRow>(rows: Row[]): CategoryNode<Row>[] {
  const ids = new Set(rows.map(({ id }) => id));
  const byParent = Map.groupBy(rows, ({ parent_id }) => (parent_id !== null && ids.has(parent_id) ? parent_id : null));
  const under = (parent: string | null): CategoryNode<Row>[] =>
    (byParent.get(parent) ?? []).map((row) => {
      const children = under(row.id);
      const product_count = children.reduce((total, child) => total + child.product_count, row.product_count);
      return { ...row, product_count, children };
    });
  return under(null);
}

/** Every node of a tree, parents before their children. */
export function flattened<Row extends CategoryRow>(nodes: CategoryNode<Row>[]): CategoryNode<Row>[] {
  return nodes.flatMap((node) => [node, ...flattened(node.children)]);
}
