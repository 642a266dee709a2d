import { describe, expect, it } from 'vitest';

import type { Email } from '../domain/email.ts';
import { adapterOf } from './adapters.ts';
import { cloudflareAdapter } from './cloudflare.ts';
import { mailboxAdapter } from './mailbox.ts';
import { resendAdapter } from './resend.ts';

const email: Email = { to: 'ada@example.com', subject: 'Hello', text: 'Hello', html: '<p>Hello</p>' };
const sender = { name: 'Ada, "Sons" & Co.', email: 'shop@example.com' };

describe('cloudflare', () => {
  it('gives the binding the parts of the message', async () => {
    const sent: unknown[] = [];
    const send = async (message: unknown) => {
      sent.push(message);
      return { messageId: '1' };
    };
    await cloudflareAdapter({ send }, sender).send(email, 'event');
    expect(sent).toEqual([{ from: sender, ...email }]);
  });

  it.each([
    [
      Object.assign(new Error('ada@example.com is not verified'), { code: 'E_RECIPIENT_NOT_ALLOWED' }),
      'E_RECIPIENT_NOT_ALLOWED',
    ],
    [Object.assign(new Error('x'), { code: 'ada@example.com' }), 'unknown'],
    [new Error('ada@example.com is not verified'), 'unknown'],
    ['ada@example.com', 'unknown'],
  ])('fails without naming the recipient: %s', async (reason, code) => {
    const send = () => Promise.reject(reason);
    await expect(cloudflareAdapter({ send }, sender).send(email, 'event')).rejects.toThrow(
      new Error(`Cloudflare did not take the email: ${code}`),
    );
  });
});

describe('resend', () => {
  function resendThatAnswers(status: number, body: string) {
    const requests: { url: string; init: RequestInit; sent: unknown }[] = [];
    const fetch = async (url: string, init: RequestInit) => {
      requests.push({ url, init, sent: await new Request(url, init).json() });
      return new Response(body, { status });
    };
    return { adapter: resendAdapter({ apiKey: 're_secret', sender, fetch }), requests };
  }

  it('posts the message with the key, a name in quotes and a time limit', async () => {
    const { adapter, requests } = resendThatAnswers(200, '{"id":"1"}');
    await adapter.send(email, 'event');
    const [request] = requests;
    expect(requests).toHaveLength(1);
    expect(request?.url).toBe('https://api.resend.com/emails');
    expect(request?.init).toMatchObject({ method: 'POST', redirect: 'manual' });
    expect(request?.init.headers).toEqual({
      authorization: 'Bearer re_secret',
      'content-type': 'application/json',
      'idempotency-key': expect.stringMatching(/^event\/[0-9a-f]{64}$/),
    });
    expect(request?.sent).toEqual({
      from: '"Ada, Sons & Co." <shop@example.com>',
      to: ['ada@example.com'],
      subject: 'Hello',
      text: 'Hello',
      html: '<p>Hello</p>',
    });
    expect(request?.init.signal).toBeInstanceOf(AbortSignal);
  });

  it('repeats a message under the same key, another one under another', async () => {
    const { adapter, requests } = resendThatAnswers(200, '{"id":"1"}');
    await adapter.send(email, 'event');
    await adapter.send({ ...email }, 'event');
    await adapter.send({ ...email, text: 'Hello again' }, 'event');
    await adapter.send(email, 'other-event');
    const keys = requests.map(({ init }) => new Headers(init.headers).get('idempotency-key'));
    expect(keys[1]).toBe(keys[0]);
    expect(new Set(keys).size).toBe(3);
  });

  it.each([
    [422, '{"name":"validation_error","message":"Invalid `to`: ada@example.com"}', '422 validation_error'],
    [403, '{"name":"ada@example.com"}', '403 unknown'],
    [502, '<html>ada@example.com</html>', '502 unknown'],
    [302, '', '302 unknown'],
  ])('fails on %i without quoting the answer', async (status, body, reason) => {
    const { adapter } = resendThatAnswers(status, body);
    await expect(adapter.send(email, 'event')).rejects.toThrow(new Error(`Resend did not take the email: ${reason}`));
  });
});

/** A mailbox in memory, as the adapter sees it. */
function newMailbox() {
  const captured: Email[] = [];
  const attempts = new Map<string, number>();
  const mailbox = {
    capture: async (taken: Email) => {
      captured.push(taken);
    },
    countAttempt: async (eventId: string) => {
      const count = (attempts.get(eventId) ?? 0) + 1;
      attempts.set(eventId, count);
      return count;
    },
  };
  return { mailbox, captured };
}

describe('mailbox', () => {
  it('captures', async () => {
    const { mailbox, captured } = newMailbox();
    await mailboxAdapter({ mailbox, withFaults: false }).send({ ...email, to: 'bounce-twice@example.com' }, 'event');
    expect(captured).toEqual([{ ...email, to: 'bounce-twice@example.com' }]);
  });

  it('fails twice for an address that asks for it, in tests only', async () => {
    const { mailbox, captured } = newMailbox();
    const adapter = mailboxAdapter({ mailbox, withFaults: true });
    const bouncing = { ...email, to: 'a-bounce-twice-1@example.com' };
    await expect(adapter.send(bouncing, 'event')).rejects.toThrow(/as the test wants it/);
    await expect(adapter.send(bouncing, 'event')).rejects.toThrow(/as the test wants it/);
    await adapter.send(bouncing, 'event');
    await adapter.send(email, 'event');
    expect(captured).toEqual([bouncing, email]);
  });
});

describe('adapterOf', () => {
  const env = {
    ENVIRONMENT: 'production',
    EMAIL: { send: async () => ({ messageId: '1' }) },
    EMAIL_FROM: 'Shop <shop@example.com>',
    STOREFRONT_URL: 'https://shop.example.com',
    RESEND_API_KEY: 're_secret',
    MAILBOX: { getByName: () => newMailbox().mailbox },
  };

  it.each([
    ['cloudflare', 'production'],
    ['resend', 'production'],
    ['mailbox', 'local'],
  ])('takes %s in %s', (name, environment) => {
    expect(adapterOf({ ...env, EMAIL_ADAPTER: name, ENVIRONMENT: environment }).name).toBe(name);
  });

  it('captures no mail in production', () => {
    expect(() => adapterOf({ ...env, EMAIL_ADAPTER: 'mailbox' })).toThrow(/refused in production/);
  });

  it('has no faults unless the stack is one for tests', async () => {
    const to = 'bounce-twice@example.com';
    const local = { ...env, EMAIL_ADAPTER: 'mailbox', ENVIRONMENT: 'local' };
    await expect(adapterOf(local).send({ ...email, to }, 'event')).resolves.toBeUndefined();
    const adapter = adapterOf({ ...local, TEST_CHECKPOINTS: 'on' });
    await expect(adapter.send({ ...email, to }, 'event')).rejects.toThrow(/as the test wants it/);
  });

  it('names the secret that resend lacks', () => {
    const { RESEND_API_KEY: _key, ...without } = env;
    expect(() => adapterOf({ ...without, EMAIL_ADAPTER: 'resend' })).toThrow(/set the secret RESEND_API_KEY/);
  });

  it.each(['', 'Mailbox', 'constructor'])('refuses %j', (name) => {
    expect(() => adapterOf({ ...env, EMAIL_ADAPTER: name })).toThrow(/names no adapter/);
  });
});
