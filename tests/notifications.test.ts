import { randomUUID } from 'node:crypto';

import { describe, expect, it } from 'vitest';
import { z } from 'zod';

import { api, eventually, expectProblem, newShopper } from './support/client.ts';
import { sqlOf } from './support/databases.ts';
import { type Buyer, manager, newBuyer, newProduct, pay, placeOrder, shopUrl, sweep } from './support/shop.ts';

const users = sqlOf('users');
const orders = sqlOf('orders');

const Mailbox = z.strictObject({
  data: z.array(
    z.strictObject({
      to: z.string(),
      subject: z.string(),
      text: z.string(),
      html: z.string(),
      created_at: z.iso.datetime({ precision: 3 }),
    }),
  ),
});

/** The mails to this address, newest first. */
async function mailsTo(email: string) {
  const { status, body } = await api('GET', `/dev/mailbox?to=${encodeURIComponent(email)}`);
  expect(status, JSON.stringify(body)).toBe(200);
  return Mailbox.parse(body).data;
}

async function subjectsTo(email: string): Promise<string[]> {
  return (await mailsTo(email)).map(({ subject }) => subject);
}

function mailTo(email: string, subject: string) {
  return eventually(async () => {
    const mail = (await mailsTo(email)).find((candidate) => candidate.subject === subject);
    if (!mail) throw new Error(`No mail to ${email} with the subject ${subject}`);
    return mail;
  }, 20_000);
}

/** The token behind the one link of the mail, which its text and its HTML share. */
function tokenIn({ text, html }: { text: string; html: string }, page: string): string {
  const links = text.match(/http\S+/g) ?? [];
  expect(links).toEqual([expect.stringMatching(new RegExp(`^${shopUrl()}/${page}\\?token=[A-Za-z0-9_-]{43}$`))]);
  expect(html.match(/href="([^"]*)"/g)).toEqual([`href="${links[0]}"`]);
  return new URL(links[0] ?? '').searchParams.get('token') ?? '';
}

const verification = 'Confirm your email address';
const reset = 'Choose a new password';

describe('a new account', () => {
  it('gets one mail, whose link verifies the address', async () => {
    const { email, user, token } = await newShopper();
    const mail = await mailTo(email, verification);
    expect(mail.to).toBe(email);
    expect(mail.text).toMatch(/^Hello Sam,\n/);
    expect(await subjectsTo(email)).toEqual([verification]);
    const verify = () => api('POST', '/v1/auth/verify-email', { body: { token: tokenIn(mail, 'verify-email') } });
    expect((await verify()).status).toBe(204);
    expect((await api('GET', '/v1/me', { token })).body).toMatchObject({ id: user.id, is_verified: true });
    expectProblem(await verify(), 400, 'invalid_token');
  });

  it('keeps its raw token out of the databases', async () => {
    const { email, user } = await newShopper();
    const token = tokenIn(await mailTo(email, verification), 'verify-email');
    const stored = await users`SELECT outbox::text AS row FROM outbox WHERE subject_id = ${user.id}
      UNION ALL SELECT mine::text FROM email_verification_tokens AS mine WHERE user_id = ${user.id}`;
    expect(stored).toHaveLength(2);
    expect(JSON.stringify(stored)).not.toContain(token);
  });
});

describe('a forgotten password', () => {
  it('is replaced by the link of a mail, and a second mail says so', async () => {
    const { email } = await newShopper();
    expect((await api('POST', '/v1/auth/forgot-password', { body: { email } })).status).toBe(202);
    const token = tokenIn(await mailTo(email, reset), 'reset-password');
    const password = `new ${randomUUID()}`;
    expect((await api('POST', '/v1/auth/reset-password', { body: { token, password } })).status).toBe(204);
    await mailTo(email, 'Your password was changed');
    expect((await api('POST', '/v1/auth/login', { body: { email, password } })).status).toBe(200);
    await mailTo(email, verification);
    expect((await subjectsTo(email)).sort()).toEqual([reset, verification, 'Your password was changed'].sort());
  });

  it('of nobody sends nothing', async () => {
    const email = `nobody-${randomUUID()}@example.com`;
    expect((await api('POST', '/v1/auth/forgot-password', { body: { email } })).status).toBe(202);
    // A later event has been through the same queue.
    await mailTo((await newShopper()).email, verification);
    expect(await mailsTo(email)).toEqual([]);
  });
});

async function paidOrder(): Promise<{ buyer: Buyer; id: string; number: string }> {
  const product = await newProduct();
  const buyer = await newBuyer(product.id);
  const { status, body } = await placeOrder(buyer);
  expect(status).toBe(201);
  expect((await pay(buyer.token, body.id)).body.status).toBe('SUCCESS');
  return { buyer, id: body.id, number: body.order_number };
}

async function moveTo(id: string, change: Record<string, unknown>) {
  const { status, body } = await api('POST', `/v1/admin/orders/${id}/status`, { token: await manager(), body: change });
  expect(status, JSON.stringify(body)).toBe(200);
}

describe('an order', () => {
  it('is confirmed by mail when it is paid, and again told of when it is shipped', async () => {
    const { buyer, id, number } = await paidOrder();
    const confirmation = await mailTo(buyer.email, `Your order ${number} is confirmed`);
    expect(confirmation.text).toContain(`its number is ${number}.`);
    expect(confirmation.html).toContain(`its number is ${number}.`);
    await moveTo(id, { to_status: 'PROCESSING' });
    await moveTo(id, { to_status: 'SHIPPED', tracking_number: '1Z & 999' });
    const shipment = await mailTo(buyer.email, `Your order ${number} is on its way`);
    expect(shipment.text).toContain('Its tracking number is 1Z & 999.');
    expect(shipment.html).toContain('Its tracking number is 1Z &amp; 999.');
    await mailTo(buyer.email, verification);
    expect((await subjectsTo(buyer.email)).sort()).toEqual(
      [verification, confirmation.subject, shipment.subject].sort(),
    );
  });

  it('is told of once, however often its event comes', async () => {
    const { buyer, id, number } = await paidOrder();
    const subject = `Your order ${number} is confirmed`;
    await mailTo(buyer.email, subject);
    for (let again = 0; again < 3; again++) {
      await orders`UPDATE outbox SET sent_at = NULL WHERE subject_id = ${id} AND type = 'order.confirmed'`;
      await Promise.all([sweep(), sweep()]);
    }
    expect(await orders`SELECT id FROM outbox WHERE subject_id = ${id} AND sent_at IS NULL`).toEqual([]);
    // A later event has been through the same queue.
    await mailTo((await newShopper()).email, verification);
    expect((await subjectsTo(buyer.email)).filter((found) => found === subject)).toEqual([subject]);
  });
});

describe('while the mail service fails', () => {
  it('registration works, and its mail arrives later, once', async () => {
    const email = `bounce-twice-${randomUUID()}@example.com`;
    const { status } = await api('POST', '/v1/auth/register', {
      body: { email, password: `secret ${randomUUID()}`, first_name: 'Sam', last_name: 'Shopper' },
    });
    expect(status).toBe(201);
    expect(await mailsTo(email)).toEqual([]);
    const mail = await mailTo(email, verification);
    expect(await mailsTo(email)).toEqual([mail]);
    const token = tokenIn(mail, 'verify-email');
    expect((await api('POST', '/v1/auth/verify-email', { body: { token } })).status).toBe(204);
  });
});

describe('GET /dev/mailbox', () => {
  it('finds an address however it is written, and shows the newest first', async () => {
    const { email } = await newShopper();
    const mail = await mailTo(email, verification);
    expect(await mailsTo(email.toUpperCase())).toEqual([mail]);
    const later = await newShopper();
    await mailTo(later.email, verification);
    const everybody = Mailbox.parse((await api('GET', '/dev/mailbox')).body).data;
    const positions = [later.email, email].map((to) => everybody.findIndex((candidate) => candidate.to === to));
    expect(positions).not.toContain(-1);
    expect(positions).toEqual([...positions].sort((a, b) => a - b));
    const times = everybody.map(({ created_at }) => created_at);
    expect(times).toEqual([...times].sort().toReversed());
  });

  it('takes no other parameter and no other method', async () => {
    expectProblem(await api('GET', '/dev/mailbox?from=a'), 400, 'unknown_parameter');
    expectProblem(await api('POST', '/dev/mailbox'), 405, 'method_not_allowed');
  });
});
