import { slugOf } from '../slug.ts';
import type { RowReader } from './cells.ts';
import { lengths } from './limits.ts';
import { readCategoryPath } from './overrides.ts';

/** What all products of a handle have in common. `undefined`: the file does not say, so nothing changes. */
export interface GroupFields {
  name: string;
  description: string | undefined;
  short_description: string | null | undefined;
  vendor: string | null | undefined;
  tags: string[] | undefined;
  category: WantedCategory | undefined;
  is_active: boolean | undefined;
  is_featured: boolean | undefined;
  meta_title: string | null | undefined;
  meta_description: string | null | undefined;
}

/**
 * The names from the root to the category itself; what is missing of them is created. `isExact`: the file names the
 * category, and not a type or a tag that may be written a little differently.
 */
export interface WantedCategory {
  path: string[];
  isExact: boolean;
}

/** Where a product goes whose file names nothing. */
export const defaultCategory: WantedCategory = { path: ['Uncategorized'], isExact: false };

/** Reads the columns that only the row with the title carries. */
export function readFields(main: RowReader): GroupFields {
  const description = main.raw('Body (HTML)', lengths.description);
  const tags = readTags(main);
  return {
    name: main.text('Title', lengths.name) ?? '',
    description: description === null ? '' : description,
    short_description: main.text('Short Description', lengths.short_description),
    vendor: main.text('Vendor', lengths.vendor),
    tags,
    category: categoryOf(main, tags),
    is_active: isActive(main),
    is_featured: main.flag('Featured') ?? undefined,
    meta_title: main.text('SEO Title', lengths.meta_title),
    meta_description: main.raw('SEO Description', lengths.description),
  };
}

/** The tags that a cell lists. */
export function tagsOf(cell: string): string[] {
  return cell
    .split(',')
    .map((tag) => tag.trim())
    .filter((tag) => tag !== '');
}

function readTags(main: RowReader): string[] | undefined {
  const cell = main.raw('Tags', lengths.description);
  const tags = cell === null ? [] : cell === undefined ? undefined : tagsOf(cell);
  if (tags?.some((tag) => tag.length > lengths.tag)) {
    main.refuse('Tags', 'too_long', `Use at most ${lengths.tag} characters for a tag.`);
  }
  return tags;
}

/** The path, else the type, else the first tag, else the default. */
function categoryOf(main: RowReader, tags: string[] | undefined): WantedCategory | undefined {
  const path = readCategoryPath(main);
  if (path) return { path, isExact: true };
  const type = main.text('Type', lengths.category);
  if (type === undefined && tags === undefined) return undefined;
  const name = type ?? tags?.[0];
  if (name === undefined) return defaultCategory;
  if (name.length > lengths.category) {
    main.refuse('Tags', 'too_long', `The first tag names the category: use at most ${lengths.category} characters.`);
  } else if (slugOf(name) === '') {
    main.refuse(type ? 'Type' : 'Tags', 'invalid_category', 'Use letters or digits in the name of the category.');
  }
  return { path: [name], isExact: false };
}

/** Newer files also have a status: drafts and archived products are not for sale. */
function isActive(main: RowReader): boolean | undefined {
  const published = main.flag('Published');
  const status = main.oneOf('Status', ['active', 'draft', 'archived']);
  if (published === undefined && status === undefined) return undefined;
  return (published ?? true) && (status ?? 'active') === 'active';
}
