import type { z } from '@hono/zod-openapi';
import { uuidv7 } from 'uuidv7';

import type { Database } from '#shared/db/postgres.ts';
import { auditEvent } from '#shared/events/audit.ts';
import { newEvent, type OutboxEvent } from '#shared/events/events.ts';
import { invalid, invalidReference, notFound, Problem, unavailable } from '#shared/http/problem.ts';

import { auditFields } from '../../domain/product-audit.ts';
import { changedFields } from '../../domain/product-changes.ts';
import { slugBase } from '../../domain/product-slug.ts';
import {
  memberErrors,
  type Placement,
  placementOf,
  type Standing,
  type StandingInput,
} from '../../domain/product-variants.ts';
import type { AdminProductRow } from '../../store/admin-product-rows.ts';
import * as store from '../../store/product-writes.ts';
import type { ProductInput, ProductPatch } from './admin-products.schemas.ts';

/** Each failed attempt means that somebody else has changed the same product or group; so many are not there at once. */
const maxAttempts = 25;

type RequireVersion = (version: number) => void;

/** Creates a product; 422 for what it names and is not there, 409 for what another product has. */
export async function createProduct(
  db: Database,
  actorId: string,
  { slug, inventory, ...input }: z.infer<typeof ProductInput>,
): Promise<store.Written> {
  const id = uuidv7();
  return settled(slug === undefined, async () => {
    const placement = placed(null, input);
    if (placement.joins) checkFit(placement, await store.readForChange(db, id, input));
    const fields = { ...input, ...standingOf(placement) };
    const after = auditFields({ ...fields, is_group_primary: placement.is_group_primary || placement.makes_face });
    return store.createProduct(db, {
      id,
      fields,
      slug: slug === undefined ? { base: slugBase(input.name) } : { wanted: slug },
      stock: inventory,
      placement,
      actor_id: actorId,
      events: [updatedEvent(id), audit(actorId, id, 'product.created', null, after)],
    });
  });
}

/** Changes a product if its version may be changed. Where nothing changes, nothing is written. */
export async function updateProduct(
  db: Database,
  actorId: string,
  id: string,
  patch: z.infer<typeof ProductPatch>,
  requireVersion: RequireVersion,
): Promise<store.Written> {
  return settled(false, async () => {
    const read = await store.readForChange(db, id, patch);
    const product = live(read);
    if (!read.category_exists) throw unknownCategory();
    const placement = placed(product, patch);
    checkFit(placement, read);
    requireVersion(product.version);
    const wanted = { ...patch, ...standingOf(placement) };
    const fields = changedFields<store.ProductFields>(product, wanted);
    // The row becomes the face of its group after the others have stopped being it.
    const after = changedFields<store.ProductFields>(
      product,
      placement.makes_face ? { ...wanted, is_group_primary: true } : wanted,
    );
    if (Object.keys(after).length === 0) return { product, events: [] };
    const before = Object.fromEntries(Object.entries(product).filter(([name]) => name in after));
    return store.changeProduct(db, {
      id,
      version: product.version,
      fields,
      placement,
      actor_id: actorId,
      events: [updatedEvent(id), audit(actorId, id, 'product.updated', auditFields(before), auditFields(after))],
    });
  });
}

/** Deletes a product if its version may be changed. */
export async function deleteProduct(
  db: Database,
  actorId: string,
  id: string,
  requireVersion: RequireVersion,
): Promise<store.Written> {
  return settled(false, async () => {
    const product = live(await store.readForChange(db, id, {}));
    requireVersion(product.version);
    const group = product.variant_group_id;
    const before = auditFields(Object.fromEntries(store.productFields.map((name) => [name, product[name]])));
    return store.deleteProduct(db, {
      id,
      version: product.version,
      placement: { ...placed(product, {}), groups: group === null ? [] : [group] },
      actor_id: actorId,
      events: [updatedEvent(id), audit(actorId, id, 'product.deleted', before, null)],
    });
  });
}

/** Reads, decides and writes anew for as long as others change what was decided on. */
async function settled(
  choosesSlug: boolean,
  attempt: () => Promise<store.Written | store.WriteRefusal>,
): Promise<store.Written> {
  for (let count = 1; count <= maxAttempts; count++) {
    const result = await attempt();
    if (typeof result === 'object') return result;
    if (result !== 'changed' && !(result === 'slug_taken' && choosesSlug)) throw refusalOf(result);
  }
  throw unavailable('Others keep changing this product. Try again shortly.');
}

function refusalOf(refusal: Exclude<store.WriteRefusal, 'changed'>): Problem {
  switch (refusal) {
    case 'sku_taken':
      return new Problem('sku_taken', 'Send a SKU that no other product has.');
    case 'slug_taken':
      return new Problem('slug_taken', 'Send a slug that no other product has, or none.');
    case 'barcode_taken':
      return new Problem('barcode_taken', 'Send a barcode that no other product has, or none.');
    case 'category_unknown':
      return unknownCategory();
  }
}

function unknownCategory(): Problem {
  return invalidReference('/category_id', 'a category');
}

function live({ product }: store.ProductToChange): AdminProductRow {
  if (!product || product.is_deleted) throw notFound('product');
  return product;
}

function placed(current: Standing | null, input: StandingInput): Placement {
  const placement = placementOf(current, input, uuidv7);
  if ('errors' in placement) throw invalid(placement.errors);
  return placement;
}

/** The batch decides the same again, under the lock of the group. */
function checkFit({ must_fit, joins, options }: Placement, { others }: store.ProductToChange): void {
  if (!must_fit) return;
  if (joins && others.length === 0) throw invalidReference('/variant_group_id', 'a variant group');
  const errors = memberErrors(options ?? {}, others);
  if (errors.length > 0) throw invalid(errors);
}

function standingOf({ variant_group_id, options, is_group_primary }: Placement) {
  return { variant_group_id, options, is_group_primary };
}

function updatedEvent(id: string): OutboxEvent {
  return newEvent('product.updated', id, { product_id: id });
}

function audit(
  actor_id: string,
  resource_id: string,
  action: string,
  before: Record<string, unknown> | null,
  after: Record<string, unknown> | null,
): OutboxEvent {
  return auditEvent({ actor_id, action, resource_type: 'product', resource_id, before, after });
}
