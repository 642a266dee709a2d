import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, describe, expect, it } from 'vitest';

import { declaredWorkers } from './bundles.ts';
import { readSecrets } from './secrets.ts';
import { type Environment, settingsOf } from './settings.ts';

const keys = { JWT_PRIVATE_KEY: 'private', JWT_PUBLIC_KEYS: 'public', TOKEN_ENCRYPTION_KEYS: 'tokens' };
const mail = { EMAIL_ADAPTER: 'resend', RESEND_API_KEY: 're_1', EMAIL_FROM: 'Shop <shop@shop.example>' };

function settings(environment: Environment, given: Record<string, string>) {
  return settingsOf(declaredWorkers(), { environment, given, made: {}, url: 'http://127.0.0.1:8787' });
}

describe('settingsOf', () => {
  it('gives secrets to nobody but those who declare them', () => {
    const { variables, problems } = settings('staging', { ...keys, ...mail, DATABASE_URL: 'postgres://nobody' });
    expect(problems).toEqual([]);
    const having = (name: string) =>
      declaredWorkers().flatMap((worker) => (name in variables(worker.name) ? worker.name : []));
    expect(having('JWT_PRIVATE_KEY')).toEqual(['users']);
    expect(having('TOKEN_ENCRYPTION_KEYS')).toEqual(['payments']);
    expect(having('RESEND_API_KEY')).toEqual(['notifications']);
    expect(having('DATABASE_URL')).toEqual([]);
    expect(variables('notifications')).toMatchObject({ ...mail, ENVIRONMENT: 'staging' });
  });

  it('names every secret that is missing, with who needs it', () => {
    expect(settings('staging', { JWT_PUBLIC_KEYS: 'public' }).problems).toEqual([
      'JWT_PRIVATE_KEY is missing, a secret of users.',
      'TOKEN_ENCRYPTION_KEYS is missing, a secret of payments.',
    ]);
  });

  it('gives a secret that nothing needs where it means something', () => {
    const sandbox = { SANDBOX_WEBHOOK_URL: 'http://127.0.0.1:8787/hook', SANDBOX_WEBHOOK_SECRET: 'whsec_1' };
    expect(settings('staging', { ...keys, ...sandbox }).variables('payments')).toMatchObject(sandbox);
    const stripe = { PAYMENT_GATEWAY: 'stripe', STRIPE_SECRET_KEY: 'sk_1', STRIPE_WEBHOOK_SECRET: 'whsec_2' };
    const told = settings('staging', { ...keys, ...stripe, ...sandbox }).variables('payments');
    expect(told).toMatchObject(stripe);
    expect(told).not.toHaveProperty('SANDBOX_WEBHOOK_SECRET');
  });

  it('keeps mails in staging unless told how to send them', () => {
    expect(settings('staging', keys).variables('notifications')['EMAIL_ADAPTER']).toBe('mailbox');
    expect(settings('staging', { ...keys, EMAIL_ADAPTER: 'resend' }).problems).toEqual([
      'RESEND_API_KEY is missing, a secret of notifications.',
    ]);
  });

  it('lets no shop into production that would take no money or send no mail', () => {
    const gateway = { PAYMENT_GATEWAY: 'stripe', STRIPE_SECRET_KEY: 'sk_1', STRIPE_WEBHOOK_SECRET: 'whsec_1' };
    expect(settings('production', { ...keys, ...mail, ...gateway }).problems).toEqual([]);
    expect(settings('production', { ...keys, ...mail }).problems).toEqual([expect.stringMatching(/^PAYMENT_GATEWAY/)]);
    const unpaid = { ...keys, ...mail, PAYMENT_GATEWAY: 'stripe', STRIPE_WEBHOOK_SECRET: 'whsec_1' };
    expect(settings('production', unpaid).problems).toEqual(['STRIPE_SECRET_KEY is missing, a secret of payments.']);
    const captured = { ...keys, ...gateway, EMAIL_ADAPTER: 'mailbox' };
    expect(settings('production', captured).problems).toEqual([expect.stringMatching(/^EMAIL_ADAPTER is mailbox/)]);
  });
});

describe('readSecrets', () => {
  const folder = mkdtempSync(join(tmpdir(), 'shop-secrets-'));
  const file = (text: string, mode = 0o600) => {
    const name = join(folder, `${mode}-${text.length}`);
    writeFileSync(name, text, { mode });
    return name;
  };

  afterAll(() => rmSync(folder, { recursive: true }));

  it('reads lines and JSON', () => {
    const lines = file(`# ours\nJWT_PUBLIC_KEYS='{"keys":[]}'\nEMAIL_FROM="Shop <a@b.example>"\n`);
    expect(readSecrets(lines)).toEqual({ JWT_PUBLIC_KEYS: '{"keys":[]}', EMAIL_FROM: 'Shop <a@b.example>' });
    expect(readSecrets(file('{"A": "1"}'))).toEqual({ A: '1' });
  });

  it('refuses a file that others can read, and values that are no text', () => {
    expect(() => readSecrets(file('A=1', 0o640))).toThrow(/can be read by others: chmod 600/);
    expect(() => readSecrets(file('{"A": 1}'))).toThrow(/a text each/);
  });
});
