const id = '01938f6e-7a3b-7c4d-9e5f-6a7b8c9d0e1f';
const categoryId = '01938f6e-7a3b-7c4d-9e5f-6a7b8c9d0e2f';

export const imageExample = {
  id: '01938f6e-7a3b-7c4d-9e5f-6a7b8c9d0e3f',
  image_url: 'https://images.example.com/clay-plant-pot.jpg',
  alt_text: 'A clay pot with a sprout',
  display_order: 0,
  is_primary: true,
  created_at: '2026-11-22T21:24:42.123Z',
};

/** A product as lists of staff show it. */
export const adminSummaryExample = {
  id,
  category_id: categoryId,
  category: { id: categoryId, name: 'Outdoor', slug: 'outdoor' },
  name: 'Clay Plant Pot',
  slug: 'clay-plant-pot',
  short_description: null,
  price: '9.99',
  compare_at_price: '12.00',
  cost_price: '4.10',
  currency: 'USD',
  sku: 'CLAY-PLANT-POT-REGULAR',
  barcode: null,
  is_active: true,
  is_featured: false,
  weight: '0.40',
  dimensions: { length: 12, width: 12, height: 10.5 },
  vendor: 'Pots & Co',
  tags: ['pots', 'clay'],
  images: [imageExample],
  inventory: {
    quantity: 45,
    reserved_quantity: 3,
    available_quantity: 42,
    low_stock_threshold: 10,
    allow_backorder: false,
  },
  rating: { average: 4.5, count: 12 },
  variant_group_id: '01938f6e-7a3b-7c4d-9e5f-6a7b8c9d0e4f',
  options: { Size: 'Regular' },
  is_group_primary: true,
  is_deleted: false,
  deleted_at: null,
  created_at: '2026-11-22T21:24:42.123Z',
  updated_at: '2026-11-22T21:24:42.123Z',
  version: 1,
};

export const adminProductExample = {
  ...adminSummaryExample,
  description: '<p>Classic blown clay pot for plants</p>',
  meta_title: null,
  meta_description: null,
};

export const productInputExample = {
  name: 'Clay Plant Pot',
  category_id: categoryId,
  price: '9.99',
  compare_at_price: '12.00',
  sku: 'CLAY-PLANT-POT-REGULAR',
  description: '<p>Classic blown clay pot for plants</p>',
  options: { Size: 'Regular' },
  tags: ['pots', 'clay'],
  weight: '0.40',
};
