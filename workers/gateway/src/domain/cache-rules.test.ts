import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { cacheKeyOf, changesCatalogue, isCatalogueRead } from './cache-rules.ts';

describe('isCatalogueRead', () => {
  it.each([
    '/v1/categories',
    '/v1/categories/outdoor',
    '/v1/products',
    '/v1/products/copper-light',
    '/v1/products/a%20b',
    '/v1/products/0193/reviews',
  ])('%s is one', (path) => {
    expect(isCatalogueRead('GET', path)).toBe(true);
    expect(isCatalogueRead('HEAD', path)).toBe(true);
    for (const method of ['POST', 'PATCH', 'PUT', 'DELETE', 'OPTIONS']) {
      expect(isCatalogueRead(method, path)).toBe(false);
    }
  });

  it.each([
    '/v1/products/',
    '/v1/productss',
    '/v1/products/a/reviews/b',
    '/v1/products/a/inventory',
    '/v1/categories/a/reviews',
    '/v1/admin/products',
    '/v1/admin/products/a',
    '/v1/admin/categories',
    '/v1/reviews/a',
    '/v1/cart',
    '/v1/orders',
    '/v1/me',
    '/v1/payment-methods',
    '/v2/products',
    '/x/v1/products',
    '/v1/products\n/v1/cart',
  ])('%j is none', (path) => {
    expect(isCatalogueRead('GET', path)).toBe(false);
  });
});

describe('changesCatalogue', () => {
  it.each([
    ['POST', '/v1/admin/products'],
    ['POST', '/v1/admin/products/import'],
    ['PATCH', '/v1/admin/products/a'],
    ['DELETE', '/v1/admin/products/a/images/b'],
    ['POST', '/v1/admin/products/a/inventory/adjustments'],
    ['PATCH', '/v1/admin/categories/a'],
    ['POST', '/v1/admin/reviews/a/approve'],
    ['PATCH', '/v1/reviews/a'],
    ['DELETE', '/v1/reviews/a'],
  ])('%s %s does', (method, path) => {
    expect(changesCatalogue(method, path)).toBe(true);
    for (const reading of ['GET', 'HEAD', 'OPTIONS']) expect(changesCatalogue(reading, path)).toBe(false);
  });

  it.each([
    ['POST', '/v1/orders'],
    ['PATCH', '/v1/admin/users/a'],
    ['POST', '/v1/admin/coupons'],
    ['POST', '/v1/admin/productss'],
    ['POST', '/v1/products'],
    ['POST', '/v1/products/a/reviews'],
  ])('%s %s does not', (method, path) => {
    expect(changesCatalogue(method, path)).toBe(false);
  });
});

describe('cacheKeyOf', () => {
  it('is the same for any order of the parameters, and however they are escaped', () => {
    const key = 'https://shop.example/v1/products?limit=2&price%5Bgte%5D=5&q=a+b';
    expect(cacheKeyOf('https://shop.example/v1/products?price[gte]=5&q=a%20b&limit=2')).toBe(key);
    expect(cacheKeyOf('https://shop.example/v1/products?q=a+b&limit=2&price%5Bgte%5D=5#top')).toBe(key);
  });

  it('keeps apart what can be answered differently', () => {
    const keys = [
      '/v1/products',
      '/v1/products/a',
      '/v1/products?q=',
      '/v1/products?q=a',
      '/v1/products?q=A',
      '/v1/products?q=a&q=b',
      '/v1/products?q=b&q=a',
      '/v1/products?q=a%26limit%3D2',
      '/v1/products?q=a&limit=2',
    ].map((path) => cacheKeyOf(`https://shop.example${path}`));
    expect(new Set(keys).size).toBe(keys.length);
    expect(cacheKeyOf('https://other.example/v1/products')).not.toBe(keys[0]);
  });

  it('says what the parameters say', () => {
    const parameters = fc.array(fc.tuple(fc.string({ minLength: 1 }), fc.string()), { maxLength: 6 });
    fc.assert(
      fc.property(parameters, (pairs) => {
        const asked = new URLSearchParams(pairs.map(([name, value]) => [name, value]));
        const key = cacheKeyOf(`https://shop.example/v1/products?${asked.toString()}`);
        const kept = new URL(key).searchParams;
        for (const name of new Set(asked.keys())) expect(kept.getAll(name)).toEqual(asked.getAll(name));
        expect(kept.size).toBe(asked.size);
        expect(cacheKeyOf(key)).toBe(key);
      }),
    );
  });
});
