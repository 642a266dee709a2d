import { Int32 } from 'bson';
import { CommandError } from './errors.ts';
import { type Fields, isFields, isNumber, keyOf, valuesAt } from './values.ts';

export type Comparator = (a: Fields, b: Fields) => number;

/** `{field: 1 | -1}` as a list, for sort documents and index keys alike. */
export function directionsOf(spec: Fields, where: string): [string, 1 | -1][] {
  return Object.entries(spec).map(([path, value]) => {
    const direction = isNumber(value) ? Number(value.toString()) : 0;
    const isPlain = path.split('.').every((name) => name !== '' && !/^\$|^\d+$/.test(name));
    if ((direction === 1 || direction === -1) && isPlain) return [path, direction];
    throw new CommandError('BadValue', `${where} supports only field names with 1 or -1, not '${path}'`);
  });
}

/** Compares by a sort document; an array stands for its lowest element, or descending for its highest. */
export function comparatorOf(sort: Fields): Comparator {
  const directions = directionsOf(sort, 'sort');
  return (a, b) => {
    for (const [path, direction] of directions) {
      const [left, right] = [sortKey(a, path, direction), sortKey(b, path, direction)];
      if (left !== right) return left < right ? -direction : direction;
    }
    return 0;
  };
}

function sortKey(document: Fields, path: string, direction: 1 | -1): string {
  const keys = valuesAt(document, path.split('.')).map(keyOf).sort();
  return (direction === 1 ? keys[0] : keys.at(-1)) ?? '';
}

interface Tree {
  [name: string]: Tree | true;
}

/** A function that leaves out what a projection does not ask for; plain inclusions or exclusions only. */
export function projectionOf(projection: Fields): (document: Fields) => Fields {
  const { _id: id, ...named } = Object.fromEntries(
    Object.entries(projection).map(([path, flag]) => [path, isOn(flag)]),
  );
  const kinds = new Set(Object.values(named));
  if (kinds.size > 1) throw new CommandError('BadValue', 'a projection cannot mix inclusions and exclusions');
  const includes = kinds.size === 0 ? id === true : kinds.has(true);
  const listed = (id ?? true) === includes ? ['_id', ...Object.keys(named)] : Object.keys(named);
  const tree = treeOf(listed);
  return (document) => select(document, tree, includes);
}

function isOn(flag: unknown): boolean {
  if (typeof flag === 'boolean') return flag;
  if (isNumber(flag)) return keyOf(flag) !== keyOf(new Int32(0));
  throw new CommandError('BadValue', 'a projection supports only plain inclusions and exclusions');
}

function treeOf(paths: string[]): Tree {
  const root: Tree = {};
  for (const path of paths) {
    const names = path.split('.');
    const last = names.pop() ?? '';
    let node = root;
    for (const name of names) {
      const next = (node[name] ??= {});
      if (next === true) throw new CommandError('BadValue', `path collision in a projection at '${path}'`);
      node = next;
    }
    if (node[last] !== undefined || path.includes('$')) {
      throw new CommandError('BadValue', `a projection does not support '${path}'`);
    }
    node[last] = true;
  }
  return root;
}

function select(document: Fields, tree: Tree, includes: boolean): Fields {
  const entries = Object.entries(document).flatMap(([name, value]): [string, unknown][] => {
    const node = Object.hasOwn(tree, name) ? tree[name] : undefined;
    if (node === undefined) return includes ? [] : [[name, value]];
    if (node === true) return includes ? [[name, value]] : [];
    if (Array.isArray(value)) return [[name, selectElements(value, node, includes)]];
    if (isFields(value)) return [[name, select(value, node, includes)]];
    return includes ? [] : [[name, value]];
  });
  return Object.fromEntries(entries);
}

function selectElements(elements: unknown[], tree: Tree, includes: boolean): unknown[] {
  return elements.flatMap((element) => {
    if (isFields(element)) return [select(element, tree, includes)];
    return includes ? [] : [element];
  });
}
