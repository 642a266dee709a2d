import { uuidv7 } from 'uuidv7';

import { numberedSlug, slugOf } from '../slug.ts';
import type { CategoryName } from './existing.ts';
import type { WantedCategory } from './fields.ts';
import { lengths } from './limits.ts';

/** A category to create, after its parent. */
export interface PlannedCategory extends CategoryName {
  parent_id: string | null;
}

/** For a name of signs alone. */
const nameless = 'category';
const attempts = 9;

/** The slugs to try for a category of this name. */
export function slugsFor(name: string): string[] {
  const slug = slugOf(name) || nameless;
  return Array.from({ length: attempts }, (_, i) => numberedSlug(slug, i + 1, lengths.category));
}

/**
 * The id of the category: the one of its name, else (unless it must be exact) of its slug, else a new one, which joins
 * `added` with those of its ancestors that are missing. A category that is there stays where it is.
 */
export function categoryIdOf(
  { path, isExact }: WantedCategory,
  known: CategoryName[],
  added: PlannedCategory[],
): string | null {
  const name = path.at(-1);
  if (name === undefined) return null;
  const find = () => findCategory(name, isExact, [known, added]);
  const found = find();
  if (found) return found.id;
  const parent_id = categoryIdOf({ path: path.slice(0, -1), isExact }, known, added);
  // A path may name a category twice.
  return find()?.id ?? create(name, parent_id, known, added);
}

function findCategory(name: string, isExact: boolean, lists: CategoryName[][]): CategoryName | undefined {
  const first = (fits: (category: CategoryName) => boolean) => lists.flatMap((list) => list.find(fits) ?? [])[0];
  const named = first((category) => category.name === name);
  if (named || isExact) return named;
  const [slug] = slugsFor(name);
  return first((category) => category.slug === slug);
}

function create(name: string, parent_id: string | null, known: CategoryName[], added: PlannedCategory[]): string {
  const taken = new Set([...known, ...added].map(({ slug }) => slug));
  const id = uuidv7();
  const slug = slugsFor(name).find((candidate) => !taken.has(candidate)) ?? id;
  added.push({ id, name, slug, parent_id });
  return id;
}
