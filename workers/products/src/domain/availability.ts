/** A product's stock as the database holds it. */
export interface Stock {
  quantity: number;
  reserved_quantity: number;
  low_stock_threshold: number;
  allow_backorder: boolean;
}

export interface Availability {
  status: 'in_stock' | 'low_stock' | 'backorder' | 'out_of_stock';
  available_quantity: number;
}

/** What a shopper is told. Never below zero: a backorder may have promised more than there is. */
export function availabilityOf(stock: Stock): Availability {
  const available = availableQuantity(stock);
  if (available > stock.low_stock_threshold) return { status: 'in_stock', available_quantity: available };
  if (available > 0) return { status: 'low_stock', available_quantity: available };
  return { status: stock.allow_backorder ? 'backorder' : 'out_of_stock', available_quantity: 0 };
}

/** What is on the shelf and promised to nobody. */
export function availableQuantity({
  quantity,
  reserved_quantity,
}: Pick<Stock, 'quantity' | 'reserved_quantity'>): number {
  return Math.max(quantity - reserved_quantity, 0);
}
