import type { SeedLeaf } from './categories.ts';
import { seededUuid } from './ids.ts';
import { at, createRandom, type Random, shuffled, zipf } from './random.ts';
import { describe, nameOf, type Subject, summarize } from './text.ts';
import * as vocabulary from './vocabulary.ts';

/** A product with its stock and its one image. Money and weight are decimal strings. */
export interface SeedProduct {
  id: string;
  category_id: string;
  name: string;
  slug: string;
  description: string;
  short_description: string | null;
  price: string;
  compare_at_price: string | null;
  cost_price: string;
  sku: string;
  barcode: string | null;
  is_active: boolean;
  is_featured: boolean;
  weight: string | null;
  dimensions: string | null;
  vendor: string;
  tags: string[];
  variant_group_id: string | null;
  options: string | null;
  is_group_primary: boolean;
  rating_sum: number;
  rating_count: number;
  sample_key: number;
  /** Milliseconds since 1970. */
  created_at: number;
  quantity: number;
  allow_backorder: boolean;
  inventory_id: string;
  movement_id: string;
  image_id: string;
}

/** The catalogue came to be in these three years, at a steady pace. */
export const openedAt = Date.UTC(2023, 10, 1);
const closedAt = Date.UTC(2026, 10, 1);

const pickSeries = zipf(vocabulary.series, 1);
const pickVendor = zipf(vocabulary.vendors, 0.9);
const pickTag = zipf(vocabulary.tags, 0.8);

/** What the variants of a group have in common. */
type Group = Pick<
  SeedProduct,
  | 'category_id'
  | 'name'
  | 'description'
  | 'short_description'
  | 'price'
  | 'compare_at_price'
  | 'cost_price'
  | 'is_active'
  | 'is_featured'
  | 'weight'
  | 'dimensions'
  | 'vendor'
  | 'tags'
  | 'variant_group_id'
  | 'created_at'
>;

/** What tells a product from the others of its group. */
type Identity = Pick<SeedProduct, 'slug' | 'sku' | 'barcode' | 'options' | 'is_group_primary'>;

/**
 * `count` products, oldest first. A tenth of the groups have three to six variants, whose first is the face.
 * `seed` is at most 9,999 and `count` below 10 million, which is what a barcode has room for.
 */
export function* seedProducts(count: number, seed: number, leaves: readonly SeedLeaf[]): Generator<SeedProduct> {
  const random = createRandom(seed, 'products');
  const pickLeaf = zipf(shuffled(leaves, random), 0.8);
  let number = 1;
  while (number <= count) {
    const created_at = Math.floor(openedAt + ((number - random.next()) / count) * (closedAt - openedAt));
    const members = random.chance(0.1) ? Math.min(random.integer(3, 6), count - number + 1) : 1;
    const group = newGroup(pickLeaf(random), created_at, members > 1, random);
    const handle = `${group.name.toLowerCase().replaceAll(' ', '-')}-${seed}-${number.toString(36)}`;
    const code = `${group.vendor.slice(0, 3).toUpperCase()}-${seed}-${number}`;
    for (const [index, options] of optionsOf(members, random).entries()) {
      const suffix = index === 0 ? '' : `-${Object.values(options ?? {}).join('-')}`;
      const identity = {
        slug: handle + suffix.toLowerCase(),
        sku: code + suffix.toUpperCase(),
        barcode: random.chance(0.4) ? barcodeOf(seed, number) : null,
        options: options && JSON.stringify(options),
        is_group_primary: index === 0,
      };
      yield newProduct(group, identity, random);
      number++;
    }
  }
}

function newGroup({ id, noun }: SeedLeaf, created_at: number, hasVariants: boolean, random: Random): Group {
  const vendor = pickVendor(random);
  const subject: Subject = { noun, series: pickSeries(random), vendor };
  const cents = priceInCents(random);
  return {
    category_id: id,
    name: nameOf(subject, random),
    description: describe(subject, random),
    short_description: random.chance(0.8) ? summarize(subject, random) : null,
    price: decimal(cents),
    compare_at_price: random.chance(0.15) ? decimal(Math.round(cents * (1.1 + random.next() / 2))) : null,
    cost_price: decimal(Math.round(cents * (0.4 + random.next() * 0.3))),
    is_active: !random.chance(0.01),
    is_featured: random.chance(0.02),
    weight: random.chance(0.9) ? decimal(Math.max(1, Math.round(Math.exp(4 + random.normal() * 1.3)))) : null,
    dimensions: random.chance(0.5) ? dimensions(random) : null,
    vendor: random.chance(0.3) ? `${vendor} & Sons` : vendor,
    tags: [...new Set([noun, ...Array.from({ length: random.integer(0, 3) }, () => pickTag(random))])],
    variant_group_id: hasVariants ? seededUuid(created_at, random) : null,
    created_at,
  };
}

function newProduct(group: Group, identity: Identity, random: Random): SeedProduct {
  const rating_count = random.chance(0.3) ? Math.ceil(-Math.log(1 - random.next()) * 25) : 0;
  const average = 1 + 4 * Math.sqrt(random.next());
  return {
    ...group,
    ...identity,
    id: seededUuid(group.created_at, random),
    rating_sum: Math.round(average * rating_count),
    rating_count,
    sample_key: random.next(),
    quantity: quantity(random),
    allow_backorder: random.chance(0.02),
    inventory_id: seededUuid(group.created_at, random),
    movement_id: seededUuid(group.created_at, random),
    image_id: seededUuid(group.created_at, random),
  };
}

/** The options of each member of a group; one member alone has none. */
function optionsOf(members: number, random: Random): (Record<string, string> | null)[] {
  if (members === 1) return [null];
  if (random.chance(0.5)) return vocabulary.sizes.slice(0, members).map((Size) => ({ Size }));
  const colours = shuffled(vocabulary.colours, random);
  if (random.chance(0.5)) return colours.slice(0, members).map((Colour) => ({ Colour }));
  return Array.from({ length: members }, (_, index) => ({
    Size: at(vocabulary.sizes, index % 2),
    Colour: at(colours, index >> 1),
  }));
}

/** Log-normal around 30.00, from 1.00 to 2,000.00; most end in 99. */
function priceInCents(random: Random): number {
  const price = Math.min(2_000, Math.max(1, Math.exp(3.4 + 1.1 * random.normal())));
  return random.chance(0.8) && price >= 2 ? Math.floor(price) * 100 - 1 : Math.round(price * 100);
}

/** One in twenty sold out, one in twenty at or below the usual threshold of 10. */
function quantity(random: Random): number {
  const kind = random.next();
  if (kind < 0.05) return 0;
  return kind < 0.1 ? random.integer(1, 10) : random.integer(11, 500);
}

function dimensions(random: Random): string {
  const [length, width, height] = [random.integer(2, 120), random.integer(2, 80), random.integer(1, 60)];
  return JSON.stringify({ length, width, height });
}

function decimal(hundredths: number): string {
  return (hundredths / 100).toFixed(2);
}

/** An EAN-13 of the range that shops may use as they like, which begins with 2. */
function barcodeOf(seed: number, number: number): string {
  const digits = `2${String(seed).padStart(4, '0')}${String(number).padStart(7, '0')}`;
  let sum = 0;
  for (let index = 0; index < digits.length; index++) sum += Number(digits.charAt(index)) * (index % 2 === 0 ? 1 : 3);
  return digits + String((10 - (sum % 10)) % 10);
}
