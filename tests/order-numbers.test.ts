import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { type Answer, expectProblem } from './support/client.ts';
import { sqlOf } from './support/databases.ts';
import { type Buyer, newBuyer, newProduct, placeOrder, stockOf } from './support/shop.ts';

const sql = sqlOf('orders');
let product: Answer['body'];
let buyer: Buyer;
let taken: string;

beforeEach(async () => {
  product = await newProduct({ quantity: 9 });
  const { body } = await placeOrder(await newBuyer(product.id));
  taken = body.order_number;
  buyer = await newBuyer(product.id, 2);
});

/** The next `times` numbers that are drawn for the buyer are the one that is taken: chance hardly ever brings that about. */
async function collide(times: number): Promise<void> {
  await sql`CREATE SEQUENCE draws`;
  await sql`CREATE TABLE collision AS SELECT ${buyer.user.id}::uuid AS user_id, ${taken}::text AS taken, ${times}::int AS times`;
  await sql`
    CREATE FUNCTION collide() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF nextval('draws') <= (SELECT times FROM collision) THEN
        SELECT taken INTO NEW.order_number FROM collision;
      END IF;
      RETURN NEW;
    END $$`;
  await sql`
    CREATE FUNCTION is_colliding(who uuid) RETURNS boolean LANGUAGE sql AS $$
      SELECT EXISTS (SELECT FROM collision WHERE user_id = who) $$`;
  await sql`
    CREATE TRIGGER collide BEFORE INSERT ON orders FOR EACH ROW WHEN (is_colliding(NEW.user_id)) EXECUTE FUNCTION collide()`;
}

afterEach(async () => {
  await sql`DROP TRIGGER IF EXISTS collide ON orders`;
  await sql`DROP FUNCTION IF EXISTS collide, is_colliding`;
  await sql`DROP TABLE IF EXISTS collision`;
  await sql`DROP SEQUENCE IF EXISTS draws`;
});

const numbersOf = () => sql`SELECT order_number FROM orders WHERE user_id = ${buyer.user.id}`;

describe('an order number that is taken', () => {
  it('is drawn again, and the answer has the one that was stored', async () => {
    await collide(2);
    const { status, body } = await placeOrder(buyer);
    expect(status, JSON.stringify(body)).toBe(201);
    expect(body.order_number).toMatch(/^ORD-\d{8}-[0-9A-HJKMNP-TV-Z]{6}$/);
    expect(body.order_number).not.toBe(taken);
    expect(await numbersOf()).toEqual([{ order_number: body.order_number }]);
    expect(await sql`SELECT last_value::int AS draws FROM draws`).toEqual([{ draws: 3 }]);
    expect(await stockOf(product.id)).toEqual({ quantity: 9, reserved: 3 });
  });

  it('five times in a row is a fault of ours: nothing is ordered, and the key works again', async () => {
    await collide(5);
    expectProblem(await placeOrder(buyer, { key: 'unlucky' }), 500, 'internal_error');
    expect(await numbersOf()).toEqual([]);
    expect(await stockOf(product.id)).toEqual({ quantity: 9, reserved: 1 });
    expect((await placeOrder(buyer, { key: 'unlucky' })).status).toBe(201);
    expect(await numbersOf()).toHaveLength(1);
  });
});
