import { describe, expect, it } from 'vitest';

import { type News, StoredNews, storableNews } from './webhook-news.ts';

const about = { transaction_id: '01938f6e-7a3b-7c4d-9e5f-6a7b8c9d0e1f', amount: '48.57', currency: 'USD' };
const response = { id: 'evt_1', type: 'payment.succeeded' };

const all: [string, News][] = [
  [
    'a success',
    { about: 'charge', ...about, result: { outcome: 'succeeded', gateway_transaction_id: 'gw_1', response } },
  ],
  [
    'a refusal',
    {
      about: 'charge',
      ...about,
      result: { outcome: 'declined', reason: 'expired_card', gateway_transaction_id: null, response },
    },
  ],
  [
    'a charge that is open',
    { about: 'charge', ...about, result: { outcome: 'pending', gateway_transaction_id: 'gw_1', response } },
  ],
  ['a charge of which nothing is known', { about: 'charge', ...about, result: { outcome: 'unknown' } }],
  [
    'a refund',
    { about: 'refund', ...about, refund_id: null, result: { outcome: 'succeeded', gateway_refund_id: 'gw_re' } },
  ],
  [
    'a refund that failed',
    {
      about: 'refund',
      ...about,
      refund_id: 'ref',
      result: { outcome: 'failed', gateway_refund_id: null, reason: 'closed' },
    },
  ],
  ['nothing', { about: 'nothing' }],
];

describe('storableNews', () => {
  it.each(all)('keeps %s as it is', (_what, news) => {
    const stored: unknown = JSON.parse(JSON.stringify(storableNews(news)));
    expect(StoredNews.parse(stored)).toEqual(news);
  });

  it('keeps no secrets and no large answers', () => {
    const saved = { gateway_customer_id: 'cus_1', gateway_token: 'pm_secret', card: null };
    const large = { client_secret: 'secret_1', card: { number: '4242424242424242' }, text: 'x'.repeat(10_000) };
    const result = { outcome: 'succeeded', gateway_transaction_id: 'gw_1', response: large, saved } as const;
    const stored = storableNews({ about: 'charge', ...about, result });
    expect(stored).toEqual({
      about: 'charge',
      ...about,
      result: {
        outcome: 'succeeded',
        gateway_transaction_id: 'gw_1',
        response: { truncated: expect.stringMatching(/^\{"card":\{\},"text":"x+$/) },
      },
    });
  });
});
