/** Every table of the products database. */
export { categories, categoryProductCounts, productImages, products, productWords } from './catalogue.ts';
export type { Dimensions } from './catalogue.ts';
export {
  inventoryMovements,
  inventoryReservations,
  movementKind,
  productInventory,
  reservationState,
} from './inventory.ts';
export { productReviews } from './reviews.ts';
export { idempotencyKeys, inbox, outbox } from '#shared/db/tables.ts';
