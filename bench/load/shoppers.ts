import { uuidv7 } from 'uuidv7';
import { z } from 'zod';

/** Somebody with an account and an address, who can order. */
export interface Shopper {
  email: string;
  password: string;
  token: string;
  address: string;
}

/** So many that nobody whose order takes long meets themselves again. */
const count = 128;
const password = 'four horses and a cart';

const Session = z.object({ access_token: z.string() });
const Address = z.object({ id: z.uuid() });

/** New people: their access tokens last for 15 minutes. */
export async function shoppersOf(url: string): Promise<Shopper[]> {
  const shoppers: Shopper[] = [];
  for (let i = 0; i < count; i++) {
    const email = `${uuidv7()}@example.com`;
    const account = { email, password, first_name: 'Sam', last_name: 'Shopper' };
    const from = `10.0.0.${i}`;
    const { access_token: token } = Session.parse(await post(`${url}/v1/auth/register`, account, { from }));
    const address = Address.parse(await post(`${url}/v1/me/addresses`, home, { from, token }));
    shoppers.push({ email, password, token, address: address.id });
  }
  return shoppers;
}

const home = {
  address_type: 'SHIPPING',
  full_name: 'Sam Shopper',
  phone_number: '+14155550100',
  address_line1: '1 Market Street',
  city: 'San Francisco',
  state: 'CA',
  postal_code: '94105',
  country: 'US',
};

async function post(url: string, body: object, { from, token }: { from: string; token?: string }): Promise<unknown> {
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-forwarded-for': from,
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify(body),
  });
  if (response.status !== 201) throw new Error(`${url} answered ${response.status}: ${await response.text()}`);
  return response.json();
}
