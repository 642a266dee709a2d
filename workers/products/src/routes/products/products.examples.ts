const id = '01938f6e-7a3b-7c4d-9e5f-6a7b8c9d0e1f';

/** A product as lists show it. */
export const summaryExample = {
  id,
  category_id: '01938f6e-7a3b-7c4d-9e5f-6a7b8c9d0e2f',
  category: { id: '01938f6e-7a3b-7c4d-9e5f-6a7b8c9d0e2f', name: 'Outdoor', slug: 'outdoor' },
  name: 'Clay Plant Pot',
  slug: 'clay-plant-pot',
  short_description: null,
  price: '9.99',
  compare_at_price: null,
  currency: 'USD',
  sku: 'CLAY-PLANT-POT-REGULAR',
  barcode: null,
  is_featured: false,
  weight: '0.40',
  dimensions: { length: 12, width: 12, height: 10.5 },
  images: [
    {
      id: '01938f6e-7a3b-7c4d-9e5f-6a7b8c9d0e3f',
      image_url: 'https://images.example.com/clay-plant-pot.jpg',
      alt_text: 'A clay pot with a sprout',
      display_order: 0,
      is_primary: true,
    },
  ],
  availability: { status: 'in_stock' as const, available_quantity: 42 },
  rating: { average: 4.5, count: 12 },
  options: { Size: 'Regular' },
  created_at: '2026-11-22T21:24:42.123Z',
  updated_at: '2026-11-22T21:24:42.123Z',
  version: 1,
};

/** The same product in full. */
export const productExample = {
  ...summaryExample,
  description: '<p>Classic blown clay pot for plants</p>',
  meta_title: null,
  meta_description: null,
  variants: [
    {
      id,
      name: 'Clay Plant Pot',
      slug: 'clay-plant-pot',
      sku: 'CLAY-PLANT-POT-REGULAR',
      barcode: null,
      price: '9.99',
      compare_at_price: null,
      currency: 'USD',
      weight: '0.40',
      options: { Size: 'Regular' },
      image_url: null,
      availability: { status: 'in_stock' as const, available_quantity: 42 },
    },
  ],
};

/** What is in a category. */
export const facetsExample = {
  is_estimate: false,
  categories: [{ ...summaryExample.category, count: 7 }],
  price: [
    { min: '0.00', max: '9.99', count: 4 },
    { min: '10.00', max: '19.99', count: 3 },
  ],
  availability: [
    { status: 'in_stock' as const, count: 6 },
    { status: 'out_of_stock' as const, count: 1 },
  ],
};
