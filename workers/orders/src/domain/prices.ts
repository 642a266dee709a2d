export interface PriceChange {
  product_id: string;
  old_price: string;
  new_price: string;
}

/** The products that cost another amount now than the cart showed. */
export function priceChanges(
  shown: { product_id: string; unit_price: string }[],
  current: { product_id: string; unit_price: string }[],
): PriceChange[] {
  const now = new Map(current.map((line) => [line.product_id, line.unit_price]));
  return shown.flatMap(({ product_id, unit_price: old_price }) => {
    const new_price = now.get(product_id) ?? old_price;
    return new_price === old_price ? [] : [{ product_id, old_price, new_price }];
  });
}
