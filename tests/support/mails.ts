import { expect } from 'vitest';

import { api, eventually, newShopper, type Shopper } from './client.ts';

/** Waits for the mail about the registration: the shop does nothing more for the shopper by itself then. */
export async function settled(shopper: Shopper): Promise<Shopper> {
  await eventually(async () => {
    const { body } = await api('GET', `/dev/mailbox?to=${encodeURIComponent(shopper.email)}`);
    expect(body.data).toHaveLength(1);
  });
  return shopper;
}

/** Somebody new about whom nothing is under way any more. */
export async function settledShopper(): Promise<Shopper> {
  return settled(await newShopper());
}
