import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { Client } from 'pg';
import { uuidv7 } from 'uuidv7';
import { z } from 'zod';

import { hashPassword } from '#shared/auth/passwords.ts';
import type { Stack } from '#tools/stack/stack.ts';

/** The accounts of every local shop. A deployment never has them. */
export const demoAccounts = [
  {
    email: 'admin@example.com',
    password: 'demo-Admin-1234',
    first_name: 'Ada',
    last_name: 'Admin',
    roles: ['CUSTOMER', 'MANAGER', 'ADMIN'],
  },
  {
    email: 'manager@example.com',
    password: 'demo-Manager-1234',
    first_name: 'Max',
    last_name: 'Manager',
    roles: ['CUSTOMER', 'MANAGER'],
  },
  {
    email: 'customer@example.com',
    password: 'demo-Customer-1234',
    first_name: 'Carla',
    last_name: 'Customer',
    roles: ['CUSTOMER'],
  },
];

const demoAddresses = ['SHIPPING', 'BILLING'].map((address_type) => ({
  address_type,
  full_name: 'Carla Customer',
  phone_number: '+14155550100',
  address_line1: '1 Market Street',
  city: 'San Francisco',
  state: 'CA',
  postal_code: '94105',
  country: 'US',
}));

const catalogues = ['apparel.csv', 'home-and-garden.csv'];

/** Puts accounts, shipping methods, tax rates and the demo catalogue into a new shop; a shop that has them keeps its own. */
export async function loadDemoData(stack: Stack, log: (line: string) => void): Promise<void> {
  await withClient(stack.databases.urls.users, createAccounts);
  await withClient(stack.databases.urls.orders, createCharges);
  const isEmpty = await withClient(stack.databases.urls.products, async (client) => {
    const { rows } = await client.query('SELECT 1 FROM products LIMIT 1');
    return rows.length === 0;
  });
  if (!isEmpty) return;
  log('Importing the demo catalogue');
  for (const name of catalogues) await importCatalogue(stack.url, join(import.meta.dirname, '..', 'demo', name));
}

async function withClient<Result>(url: string, work: (client: Client) => Promise<Result>): Promise<Result> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

async function createAccounts(client: Client): Promise<void> {
  for (const account of demoAccounts) {
    const { rowCount } = await client.query(
      `WITH made AS (
         INSERT INTO users (id, email, password, first_name, last_name, is_verified) VALUES ($1, $2, $3, $4, $5, true)
         ON CONFLICT DO NOTHING RETURNING id)
       INSERT INTO user_role_mapping (user_id, role_id)
       SELECT made.id, user_roles.id FROM made, user_roles WHERE user_roles.name = ANY($6)`,
      [
        uuidv7(),
        account.email,
        await hashPassword(account.password),
        account.first_name,
        account.last_name,
        account.roles,
      ],
    );
    if (rowCount && account.email === 'customer@example.com') await createAddresses(client, account.email);
  }
}

async function createAddresses(client: Client, email: string): Promise<void> {
  for (const address of demoAddresses) {
    await client.query(
      `INSERT INTO user_addresses (id, user_id, address_type, full_name, phone_number, address_line1, city, state,
                                   postal_code, country, is_default)
       SELECT $1, id, $3, $4, $5, $6, $7, $8, $9, $10, true FROM users WHERE lower(email) = $2 AND NOT is_deleted`,
      [uuidv7(), email, ...Object.values(address)],
    );
  }
}

/** Shipping methods and tax rates for the orders database of a shop that has neither. */
export async function createCharges(client: Client): Promise<void> {
  const known = await client.query('SELECT 1 FROM shipping_methods UNION ALL SELECT 1 FROM tax_rates LIMIT 1');
  if (known.rows.length > 0) return;
  await client.query(
    `INSERT INTO shipping_methods (id, code, name, base_amount, per_kg_amount, free_over) VALUES
       ($1, 'standard', 'Standard', '4.90', '0.50', '75.00'), ($2, 'express', 'Express', '14.90', '1.00', NULL)`,
    [uuidv7(), uuidv7()],
  );
  await client.query(
    `INSERT INTO tax_rates (id, country, state, name, rate) VALUES
       ($1, 'US', 'CA', 'California sales tax', '0.0725'), ($2, 'US', 'NY', 'New York sales tax', '0.0400'),
       ($3, 'DE', NULL, 'Umsatzsteuer', '0.1900'), ($4, 'GB', NULL, 'VAT', '0.2000')`,
    [uuidv7(), uuidv7(), uuidv7(), uuidv7()],
  );
}

async function importCatalogue(url: string, file: string): Promise<void> {
  const answer = await fetch(`${url}/v1/admin/products/import`, {
    method: 'POST',
    headers: { 'content-type': 'text/csv', authorization: `Bearer ${await managerToken(url)}` },
    body: readFileSync(file),
  });
  const report = z.object({ errors: z.array(z.unknown()) }).safeParse(await answer.json());
  if (!answer.ok || !report.success || report.data.errors.length > 0) {
    throw new Error(`${file} was not imported: ${answer.status} ${JSON.stringify(report.data?.errors)}`);
  }
}

async function managerToken(url: string): Promise<string> {
  const answer = await fetch(`${url}/v1/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email: 'manager@example.com', password: 'demo-Manager-1234' }),
  });
  return z.object({ access_token: z.string() }).parse(await answer.json()).access_token;
}
