import { html } from 'hono/html';

import type { Shop } from '../env.ts';
import { type Email, newEmail, oneLine } from './email.ts';

/** What a mail says. Everything is plain text; the layout escapes it. */
export interface Letter {
  subject: string;
  /** The first name of the person, as they gave it. */
  name: string;
  paragraphs: string[];
  action?: { label: string; url: string };
  /** Below the action, in small print. */
  notes?: string[];
}

/** The same letter as text and as HTML. The HTML loads nothing from anywhere. */
export async function writeEmail(shop: Shop, to: string, letter: Letter): Promise<Email> {
  const shopName = shop.sender.name;
  const greeting = greetingFor(letter.name);
  return newEmail({
    to,
    subject: letter.subject,
    text: textOf(shopName, greeting, letter),
    html: await htmlOf(shopName, greeting, letter),
  });
}

/**
 * Anybody can register with somebody else's address. What mail programs turn into a link is therefore no name: it would
 * let them send advertisements through this shop.
 */
function greetingFor(firstName: string): string {
  const name = oneLine(firstName);
  return name === '' || /[./:@\\]/.test(name) ? 'Hello,' : `Hello ${name},`;
}

function textOf(shopName: string, greeting: string, { paragraphs, action, notes = [] }: Letter): string {
  const link = action ? [`${action.label}:\n${action.url}`] : [];
  return `${[greeting, ...paragraphs, ...link, ...notes, shopName].join('\n\n')}\n`;
}

const styles = {
  page: 'margin:0;padding:24px 12px;background:#f4f4f5;font-family:Helvetica,Arial,sans-serif;color:#18181b',
  card: 'max-width:560px;margin:0 auto;padding:32px;background:#ffffff;border-radius:8px;font-size:16px;line-height:1.5',
  shop: 'margin:0 0 24px;font-size:18px;font-weight:bold',
  paragraph: 'margin:0 0 16px',
  button:
    'display:inline-block;padding:12px 20px;background:#18181b;color:#ffffff;border-radius:6px;text-decoration:none',
  note: 'margin:16px 0 0;font-size:14px;color:#52525b',
};

async function htmlOf(shopName: string, greeting: string, letter: Letter): Promise<string> {
  const { subject, paragraphs, action, notes = [] } = letter;
  const page = await html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${subject}</title>
      </head>
      <body style="${styles.page}">
        <div style="${styles.card}">
          <p style="${styles.shop}">${shopName}</p>
          ${[greeting, ...paragraphs].map((paragraph) => html`<p style="${styles.paragraph}">${paragraph}</p>`)}
          ${action && html`<p style="${styles.paragraph}"><a href="${action.url}" style="${styles.button}">${action.label}</a></p>`}
          ${notes.map((note) => html`<p style="${styles.note}">${note}</p>`)}
        </div>
      </body>
    </html>`;
  return String(page);
}
