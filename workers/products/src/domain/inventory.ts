/** The largest quantity, change of one or threshold that the database holds. Seed: product_inventory, INTEGER. */
export const largestQuantity = 2_147_483_647;
