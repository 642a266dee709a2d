import { type Check, inOneDatabase } from '#tools/invariants/check.ts';

/** Figures that the catalogue keeps beside what they are made of. */
export const catalogueChecks: Check[] = [
  {
    name: 'category-counts-are-real',
    meaning: "category_product_counts adds up to each category's listed products.",
    remedy: 'Something wrote products with triggers off. Replace the rows of category_product_counts by real counts.',
    find: inOneDatabase(
      'products',
      `SELECT category_id AS subject, format('counted %s, listed %s', counted, listed) AS detail
         FROM (SELECT category_id, coalesce(counted, 0) AS counted, coalesce(listed, 0) AS listed
                 FROM (SELECT category_id, sum(product_count) AS counted FROM category_product_counts
                        GROUP BY category_id) AS kept
                 FULL JOIN (SELECT category_id, count(*) AS listed FROM products
                             WHERE is_active AND NOT is_deleted AND is_group_primary
                             GROUP BY category_id) AS real USING (category_id)) AS compared
        WHERE counted <> listed`,
    ),
  },
  {
    name: 'ratings-are-those-of-reviews',
    meaning: 'rating_sum and rating_count are those of the approved reviews.',
    remedy: 'Set both from product_reviews; something changed reviews past the service.',
    find: inOneDatabase(
      'products',
      `SELECT products.id AS subject, format('sum %s and count %s, reviews give %s and %s', rating_sum, rating_count,
              coalesce(given.sum, 0), coalesce(given.count, 0)) AS detail
         FROM products
         LEFT JOIN (SELECT product_id, sum(rating) AS sum, count(*) AS count FROM product_reviews
                     WHERE is_approved GROUP BY product_id) AS given ON given.product_id = products.id
        WHERE (rating_sum, rating_count) <> (coalesce(given.sum, 0), coalesce(given.count, 0))`,
    ),
  },
];
