import release from '../../package.json' with { type: 'json' };

export const info = {
  title: 'Edge Commerce',
  version: release.version,
  summary: 'A shop as an API: accounts, catalogue, cart, orders and payments.',
  description: `Everything is JSON over HTTPS, versioned under \`/v1\`; inside a version things are only added.

**Values.** Ids are UUIDs. Times are RFC 3339 in UTC. Amounts are decimal strings (\`"19.99"\`) beside a \`currency\`.

**Tokens.** Send \`Authorization: Bearer <access_token>\`, from \`POST /v1/auth/login\`, \`/register\` or \`/guest\`.

**Errors** are problem documents (RFC 9457). Decide by \`code\`: codes never change their meaning. A path that does not
take a method answers 405 \`method_not_allowed\` with \`Allow\`; a path that does not exist, 404 \`not_found\`. Unknown query
parameters are refused with 400, unknown fields of a body with 422.

**Lists** come in pages: send \`page.next_cursor\` as \`cursor\`, or follow \`Link: rel="next"\`.

**Repeating.** A mutation with an \`Idempotency-Key\` can be repeated: the first answer comes again.

**Changing at once.** What has a \`version\` answers it as \`ETag\`; changing it needs \`If-Match\`.

**Every answer** carries \`X-Request-Id\` and \`Cache-Control\`. Every \`GET\` can be asked as \`HEAD\`; \`OPTIONS\` names the
methods of a path. Browsers of other origins are let in by an allow-list, without cookies.`,
  contact: { name: 'The people who run this shop', url: 'https://shop.example.com/docs' },
  license: { name: 'MIT', identifier: 'MIT' },
};

export const servers = [
  { url: 'http://localhost:8787', description: 'A shop on this machine, as `npm start` opens it' },
  {
    url: 'https://{host}',
    description: 'A shop of yours',
    variables: { host: { default: 'shop.example.com', description: 'Where it is deployed' } },
  },
];

export const tags = [
  { name: 'Auth', description: 'Signing up and in, and the tokens that everything else needs.' },
  { name: 'Account', description: 'The signed-in shopper: profile, password and sessions.' },
  { name: 'Addresses', description: 'Where orders are shipped and billed to.' },
  { name: 'Catalogue', description: 'What can be bought: categories, products, search.' },
  { name: 'Reviews', description: 'What shoppers say of products, and its moderation.' },
  { name: 'Cart', description: 'One cart for each shopper or guest, with coupons.' },
  { name: 'Orders', description: 'Checkout, and the shopper’s own orders.' },
  { name: 'Payments', description: 'Paying for an order.' },
  { name: 'Catalogue administration', description: 'For managers: categories, products, images, stock and imports.' },
  { name: 'Coupon administration', description: 'For managers: coupons and their limits.' },
  { name: 'Order administration', description: 'For managers: fulfilment, shipping methods and tax rates.' },
  { name: 'Payment administration', description: 'For managers: payments, refunds and payment methods.' },
  { name: 'User administration', description: 'For administrators: users, roles and the audit log.' },
  { name: 'System', description: 'Health, release and public keys.' },
];

export const securitySchemes = {
  bearer: {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
    description:
      'An access token (ES256, 15 minutes) of a shopper or of staff, or one of a guest (7 days). A requirement names the ' +
      'role that the token has to carry: GUEST, CUSTOMER, MANAGER or ADMIN.',
  },
} as const;
