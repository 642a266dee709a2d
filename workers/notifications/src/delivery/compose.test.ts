import { describe, expect, it } from 'vitest';

import { type Addressees, compose, type Occasion } from './compose.ts';

const shop = {
  sender: { name: 'Ada & Sons', email: 'shop@example.com' },
  storefrontUrl: 'https://shop.example.com/en',
};
const user_id = '01938f6e-7a3b-7c4d-9e5f-6a7b8c9d0e1f';
const order = { order_id: user_id, user_id, order_number: 'ORD-20261122-7F3K9Q' };
const expires_at = new Date('2026-11-23T09:05:00Z');

/** A users service that knows one person, and writes down what it is asked. */
function usersWith(person: { email: string; first_name: string } | null) {
  const asked: unknown[] = [];
  const answer =
    <Answer>(question: string, made: (known: { email: string; first_name: string }) => Answer) =>
    async (_trace: unknown, request: unknown) => {
      asked.push([question, request]);
      return person && made(person);
    };
  const users: Addressees = {
    contact: answer('contact', (known) => known),
    verificationMail: answer('verificationMail', (known) => ({ ...known, token: 'verify-me_1', expires_at })),
    passwordResetMail: answer('passwordResetMail', (known) => ({ ...known, token: 'reset-me_1', expires_at })),
  };
  return { users, asked };
}

const ada = { email: 'ada@example.com', first_name: 'Ada' };

const occasions: [Occasion, { question: string; subject: string; link?: string; says: string[] }][] = [
  ...(['user.registered', 'user.verification_requested'] as const).map((type): (typeof occasions)[number] => [
    { type, payload: { user_id } },
    {
      question: 'verificationMail',
      subject: 'Confirm your email address',
      link: 'https://shop.example.com/en/verify-email?token=verify-me_1',
      says: ['The link works once, until 23 November 2026 at 09:05 UTC.'],
    },
  ]),
  [
    { type: 'user.password_reset_requested', payload: { user_id } },
    {
      question: 'passwordResetMail',
      subject: 'Choose a new password',
      link: 'https://shop.example.com/en/reset-password?token=reset-me_1',
      says: ['The link works once, until 23 November 2026 at 09:05 UTC.'],
    },
  ],
  [
    { type: 'user.password_changed', payload: { user_id } },
    {
      question: 'contact',
      subject: 'Your password was changed',
      says: ['The password of your account was just changed'],
    },
  ],
  [
    { type: 'order.confirmed', payload: order },
    {
      question: 'contact',
      subject: 'Your order ORD-20261122-7F3K9Q is confirmed',
      says: ['Thank you for your order. It is confirmed, and its number is ORD-20261122-7F3K9Q.'],
    },
  ],
  [
    { type: 'order.shipped', payload: { ...order, tracking_number: '1Z 999' } },
    {
      question: 'contact',
      subject: 'Your order ORD-20261122-7F3K9Q is on its way',
      says: ['We have shipped your order ORD-20261122-7F3K9Q.', 'Its tracking number is 1Z 999.'],
    },
  ],
  [
    { type: 'order.cancelled', payload: order },
    {
      question: 'contact',
      subject: 'Your order ORD-20261122-7F3K9Q was cancelled',
      says: ['Your order ORD-20261122-7F3K9Q was cancelled.'],
    },
  ],
  [
    { type: 'order.refunded', payload: { ...order, refunded_amount: '19.99', currency: 'USD', restock: false } },
    {
      question: 'contact',
      subject: 'A refund for your order ORD-20261122-7F3K9Q',
      says: ['We have refunded 19.99 USD for your order ORD-20261122-7F3K9Q.'],
    },
  ],
];

describe.each(occasions)('$type', (occasion, { question, subject, link, says }) => {
  it('asks for the address once and says the same as text and as HTML', async () => {
    const { users, asked } = usersWith(ada);
    const email = await compose(users, shop, occasion);
    expect(asked).toEqual([[question, { user_id }]]);
    expect(email).toMatchObject({ to: 'ada@example.com', subject });
    for (const part of [email?.text, email?.html]) {
      for (const sentence of ['Hello Ada,', ...says]) expect(part).toContain(sentence);
    }
    expect(email?.text).toContain('Ada & Sons');
    expect(email?.html).toContain('Ada &amp; Sons');
  });

  it('has its link exactly once in each part, and nothing else that could be loaded or followed', async () => {
    const email = await compose(usersWith(ada).users, shop, occasion);
    const links = link === undefined ? [] : [link];
    expect(email?.text.match(/https?:\S+/g) ?? []).toEqual(links);
    expect(email?.html.match(/https?:[^"<\s]+/g) ?? []).toEqual(links);
    expect(email?.html.match(/ (?:src|href|action|background)="[^"]*"/g) ?? []).toEqual(
      links.map((url) => ` href="${url}"`),
    );
    expect(email?.html).not.toMatch(/url\(|@import|<script|undefined|false|null/);
    expect(email?.text).not.toMatch(/undefined|false|null/);
  });

  it('escapes the name', async () => {
    const email = await compose(usersWith({ ...ada, first_name: '<script>"&\'' }).users, shop, occasion);
    expect(email?.html).toContain('Hello &lt;script&gt;&quot;&amp;&#39;,');
    expect(email?.html).not.toContain('<script');
    expect(email?.text).toContain('Hello <script>"&\',');
  });

  it('is for nobody when the account is gone', async () => {
    expect(await compose(usersWith(null).users, shop, occasion)).toBeNull();
  });
});

describe('what somebody gave as their name', () => {
  it.each(['Win at evil.example', 'https://evil.example', 'mail@evil.example', ' \n ', '\0'])(
    'greets nobody by %j',
    async (first_name) => {
      const email = await compose(usersWith({ ...ada, first_name }).users, shop, {
        type: 'user.registered',
        payload: { user_id },
      });
      expect(email?.text).toMatch(/^Hello,\n/);
      expect(email?.html).toContain('>Hello,<');
      expect(`${email?.text} ${email?.html}`).not.toContain('evil');
    },
  );

  it('stays on one line', async () => {
    const { users } = usersWith({ ...ada, first_name: 'Ada\r\n\r\nYour order' });
    const email = await compose(users, shop, { type: 'user.password_changed', payload: { user_id } });
    expect(email?.text).toMatch(/^Hello Ada Your order,\n/);
  });
});

it('escapes what an order carries', async () => {
  const email = await compose(usersWith(ada).users, shop, {
    type: 'order.shipped',
    payload: { ...order, order_number: '<b>1', tracking_number: '<img src="x">' },
  });
  expect(email?.html).toContain('Its tracking number is &lt;img src=&quot;x&quot;&gt;.');
  expect(email?.html).toContain('<title>Your order &lt;b&gt;1 is on its way</title>');
  expect(email?.html).not.toMatch(/<b>|<img/);
});

it('says nothing of tracking when there is none', async () => {
  const email = await compose(usersWith(ada).users, shop, {
    type: 'order.shipped',
    payload: { ...order, tracking_number: null },
  });
  expect(`${email?.text} ${email?.html}`).not.toMatch(/tracking/i);
});

it('fails when the users service does, so that the event comes again', async () => {
  const { users } = usersWith(ada);
  const failing = { ...users, contact: () => Promise.reject(new Error('down')) };
  await expect(compose(failing, shop, { type: 'order.confirmed', payload: order })).rejects.toThrow(/does not answer/);
});
