import { tagsOf } from '../import/fields.ts';
import type { GroupImage } from '../import/images.ts';
import type { Cells } from './csv.ts';
import type { ExportedProduct } from './product.ts';

/** The cells that only the first row of a group has. */
export function fieldCells(face: ExportedProduct): Cells {
  const names = optionNames(face);
  return {
    Title: face.name,
    'Body (HTML)': face.description,
    Vendor: face.vendor,
    Type: face.category_path.at(-1) ?? null,
    Tags: face.tags.join(', '),
    Published: String(face.is_active),
    Status: face.is_active ? 'active' : 'draft',
    'Option1 Name': face.options ? (names[0] ?? null) : 'Title',
    'Option2 Name': names[1] ?? null,
    'Option3 Name': names[2] ?? null,
    'SEO Title': face.meta_title,
    'SEO Description': face.meta_description,
    'Short Description': face.short_description,
    Featured: String(face.is_featured),
    'Category Path': JSON.stringify(face.category_path),
  };
}

/** What whoever reads those cells takes the products of the group to have. */
export type GroupValues = Pick<
  ExportedProduct,
  | 'name'
  | 'description'
  | 'short_description'
  | 'category_path'
  | 'vendor'
  | 'tags'
  | 'is_active'
  | 'is_featured'
  | 'meta_title'
  | 'meta_description'
> & {
  /** Of the face. */
  images: GroupImage[];
  /** The names of the options that have a column. */
  names: string[];
};

export function groupValues(face: ExportedProduct): GroupValues {
  const { category_path, is_active, is_featured } = face;
  return {
    name: face.name.trim(),
    description: isBlank(face.description) ? '' : face.description,
    short_description: textOf(face.short_description),
    category_path,
    vendor: textOf(face.vendor),
    tags: tagsOf(face.tags.join(', ')),
    is_active,
    is_featured,
    meta_title: textOf(face.meta_title),
    meta_description: isBlank(face.meta_description) ? null : face.meta_description,
    images: hasPlainImages(face) ? face.images : [],
    names: optionNames(face),
  };
}

/** Rows name an image by its URL, so that one cannot be there twice. */
function hasPlainImages({ images }: ExportedProduct): boolean {
  const isPlain = ({ alt_text }: GroupImage) => textOf(alt_text) === alt_text;
  return new Set(images.map(({ image_url }) => image_url)).size === images.length && images.every(isPlain);
}

/** As many as there are columns for. */
function optionNames({ options }: ExportedProduct): string[] {
  return Object.keys(options ?? {}).slice(0, 3);
}

/** What a cell with this text is read as: blanks around it go, and nothing but blanks is nothing. */
function textOf(text: string | null): string | null {
  return isBlank(text) ? null : (text?.trim() ?? null);
}

function isBlank(text: string | null): boolean {
  return text === null || text.trim() === '';
}
