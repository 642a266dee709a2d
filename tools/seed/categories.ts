import { seededUuid } from './ids.ts';
import { at, createRandom } from './random.ts';
import { capitalized } from './text.ts';
import * as vocabulary from './vocabulary.ts';

export interface SeedCategory {
  id: string;
  name: string;
  slug: string;
  parent_id: string | null;
  display_order: number;
}

/** A category that products are in, and what they are. */
export interface SeedLeaf {
  id: string;
  noun: string;
}

export interface SeedTree {
  /** Parents before their children. */
  categories: SeedCategory[];
  leaves: SeedLeaf[];
}

/**
 * A tree of `count` categories, three levels deep if there are enough of them: 1,000 are 10 roots with 10 children each
 * and 890 leaves under those. Names and slugs end in seed and number, so that no two seeds have one in common.
 */
export function seedTree(count: number, seed: number, milliseconds: number): SeedTree {
  const random = createRandom(seed, 'categories');
  const width = Math.ceil(Math.cbrt(count));
  const roots = Math.min(width, count);
  const middles = Math.min(width * width, count - roots);
  const parentOf = (index: number): number | null => {
    if (index < roots) return null;
    if (index < roots + middles) return (index - roots) % roots;
    return roots + ((index - roots - middles) % middles);
  };
  const parents = new Set(Array.from({ length: count }, (_, index) => parentOf(index)));
  const categories: SeedCategory[] = [];
  const leaves: SeedLeaf[] = [];
  for (let index = 0; index < count; index++) {
    const parent = parentOf(index);
    const noun = at(vocabulary.nouns, index % vocabulary.nouns.length);
    const title = parent === null ? department(index) : parent < roots ? theme(parent, index) : kind(index, noun);
    const name = `${title} ${seed}-${index + 1}`;
    const id = seededUuid(milliseconds, random);
    categories.push({
      id,
      name,
      slug: name.toLowerCase().replaceAll(' ', '-'),
      parent_id: parent === null ? null : at(categories, parent).id,
      display_order: index,
    });
    if (!parents.has(index)) leaves.push({ id, noun });
  }
  return { categories, leaves };
}

function department(index: number): string {
  return at(vocabulary.departments, index % vocabulary.departments.length);
}

function theme(root: number, index: number): string {
  return `${department(root)} ${at(vocabulary.themes, index % vocabulary.themes.length)}`;
}

function kind(index: number, noun: string): string {
  return `${at(vocabulary.qualifiers, index % vocabulary.qualifiers.length)} ${capitalized(noun)}s`;
}
