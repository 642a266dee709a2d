/** Something that happens to two products: to an order, or, for an adjustment, to the product of that number modulo 2. */
export interface Step {
  act: 'reserve' | 'commit' | 'release' | 'adjust';
  order: number;
  quantities: number[];
  delta: number;
}

interface Held {
  quantities: number[];
  taken: number[];
  state: 'active' | 'committed' | 'released';
}

/** What the stock of two products is after each step, without a database: the rules said a second time. */
export function newModel(start: { quantity: number; threshold: number; backorder: boolean }) {
  const first = { quantity: start.quantity, reserved: 0 };
  const second = { quantity: start.quantity, reserved: 0 };
  const stock = [first, second];
  const crossings = [0, 0];
  const orders = new Map<number, Held>();

  function change(product: number, { quantity = 0, reserved = 0 }): void {
    const row = product === 0 ? first : second;
    const before = row.quantity - row.reserved;
    row.quantity += quantity;
    row.reserved += reserved;
    const isCrossed = before > start.threshold && row.quantity - row.reserved <= start.threshold;
    if (isCrossed) crossings[product] = (crossings[product] ?? 0) + 1;
  }

  function reserve(order: number, quantities: number[]): string {
    const earlier = orders.get(order);
    if (earlier) {
      const isSame = quantities.every((quantity, i) => quantity === earlier.quantities[i]);
      return isSame && earlier.state !== 'released' ? 'ok' : 'reservation_conflict';
    }
    const isShort = stock.some(({ quantity, reserved }, i) => {
      const wanted = quantities[i] ?? 0;
      return wanted > 0 && wanted > quantity - reserved;
    });
    if (isShort && !start.backorder) return 'insufficient_stock';
    for (const [i, quantity] of quantities.entries()) change(i, { reserved: quantity });
    orders.set(order, { quantities, taken: [0, 0], state: 'active' });
    return 'ok';
  }

  function commit(order: number): null {
    const held = orders.get(order);
    if (held?.state !== 'active') return null;
    held.state = 'committed';
    held.taken = held.quantities.map((quantity, i) => Math.min(quantity, stock[i]?.quantity ?? 0));
    for (const [i, quantity] of held.quantities.entries())
      change(i, { quantity: -(held.taken[i] ?? 0), reserved: -quantity });
    return null;
  }

  function release(order: number): null {
    const held = orders.get(order);
    if (!held || held.state === 'released') return null;
    const isActive = held.state === 'active';
    held.state = 'released';
    for (const [i, quantity] of held.quantities.entries())
      change(i, isActive ? { reserved: -quantity } : { quantity: held.taken[i] ?? 0 });
    return null;
  }

  function adjust(product: number, delta: number): number | null {
    const { quantity, reserved } = product === 0 ? first : second;
    const after = quantity + delta;
    if (after < 0 || (!start.backorder && after < reserved)) return null;
    change(product, { quantity: delta });
    return after;
  }

  return {
    stock,
    /** How often each product became low on stock. */
    crossings,
    perform({ act, order, quantities, delta }: Step): string | number | null {
      switch (act) {
        case 'reserve':
          return reserve(order, quantities);
        case 'commit':
          return commit(order);
        case 'release':
          return release(order);
        case 'adjust':
          return adjust(order % 2, delta);
      }
    },
  };
}
