import { slugOf } from '../slug.ts';
import type { RowReader } from './cells.ts';

/** What all products of a handle have in common. `undefined`: the file does not say, so nothing changes. */
export interface GroupFields {
  name: string;
  description: string | undefined;
  vendor: string | null | undefined;
  tags: string[] | undefined;
  /** Name of the category: the type, else the first tag, else `Uncategorized`. */
  category: string | undefined;
  is_active: boolean | undefined;
  meta_title: string | null | undefined;
  meta_description: string | null | undefined;
}

export const defaultCategory = 'Uncategorized';

/** Reads the columns that only the row with the title carries. */
export function readFields(main: RowReader): GroupFields {
  const description = main.raw('Body (HTML)');
  const tags = main
    .raw('Tags')
    ?.split(',')
    .map((tag) => tag.trim())
    .filter((tag) => tag !== '');
  return {
    name: main.text('Title', 255) ?? '',
    description: description === null ? '' : description,
    vendor: main.text('Vendor', 255),
    tags: tags ?? (main.raw('Tags') === null ? [] : undefined),
    category: categoryOf(main, tags?.[0]),
    is_active: isActive(main),
    meta_title: main.text('SEO Title', 255),
    meta_description: main.raw('SEO Description'),
  };
}

function categoryOf(main: RowReader, firstTag: string | undefined): string | undefined {
  const type = main.text('Type', 100);
  if (type === undefined && main.raw('Tags') === undefined) return undefined;
  const name = type ?? firstTag ?? defaultCategory;
  const column = type ? 'Type' : 'Tags';
  if (name.length > 100) {
    main.refuse(column, 'too_long', 'The first tag names the category: use at most 100 characters.');
  } else if (slugOf(name) === '') {
    main.refuse(column, 'invalid_category', 'Use letters or digits in the name of the category.');
  }
  return name;
}

/** Newer files also have a status: drafts and archived products are not for sale. */
function isActive(main: RowReader): boolean | undefined {
  const published = main.flag('Published');
  const status = main.oneOf('Status', ['active', 'draft', 'archived']);
  if (published === undefined && status === undefined) return undefined;
  return (published ?? true) && (status ?? 'active') === 'active';
}
