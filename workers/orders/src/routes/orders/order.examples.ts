const shipping = {
  full_name: 'Ada Lovelace',
  phone_number: '+14155550123',
  address_line1: '1 Market Street',
  address_line2: 'Floor 3',
  city: 'San Francisco',
  state: 'CA',
  postal_code: '94105',
  country: 'US',
};

const amounts = {
  subtotal: '19.98',
  discount_amount: '2.00',
  tax_amount: '1.30',
  shipping_amount: '5.90',
  total_amount: '25.18',
};

/** Two clay pots. */
const itemExample = {
  product_id: '01938f6e-7a3b-7c4d-9e5f-6a7b8c9d0e1f',
  product_name: 'Clay Plant Pot',
  product_sku: 'CLAY-PLANT-POT-REGULAR',
  quantity: 2,
  unit_price: '9.99',
  total_price: '19.98',
  discount_amount: '2.00',
  tax_amount: '1.30',
};

/** A paid order as lists show it. */
export const orderSummaryExample = {
  id: '01938f6e-1c2d-7e3f-8a4b-5c6d7e8f9a0b',
  order_number: 'ORD-20261122-7F3K9Q',
  user_id: '01938f6e-1111-7c4d-9e5f-6a7b8c9d0e1f',
  status: 'CONFIRMED' as const,
  ...amounts,
  currency: 'USD',
  shipping_address_id: '01938f6e-2222-7c4d-9e5f-6a7b8c9d0e1f',
  billing_address_id: '01938f6e-3333-7c4d-9e5f-6a7b8c9d0e1f',
  notes: 'Please leave it at the door.',
  tracking_number: null,
  payment_due_at: null,
  shipped_at: null,
  delivered_at: null,
  cancelled_at: null,
  cancellation_reason: null,
  version: 2,
  created_at: '2026-11-22T21:24:42.123Z',
  updated_at: '2026-11-22T21:25:03.456Z',
};

const placed = {
  from_status: null,
  to_status: 'PENDING' as const,
  notes: null,
  changed_by: orderSummaryExample.user_id,
  created_at: '2026-11-22T21:24:42.123Z',
};

const paid = {
  from_status: 'PENDING' as const,
  to_status: 'CONFIRMED' as const,
  notes: 'Paid by transaction 01938f6e-8c21-7d0a-b7e4-3f5a6b7c8d9e',
  changed_by: null,
  created_at: '2026-11-22T21:25:03.456Z',
};

/** The same order in full. */
export const orderExample = {
  ...orderSummaryExample,
  items: [{ id: '01938f6e-4444-7c4d-9e5f-6a7b8c9d0e1f', ...itemExample }],
  applied_coupons: [{ coupon_code: 'WELCOME10', discount_amount: '2.00' }],
  shipping_address: shipping,
  billing_address: { ...shipping, address_line2: null },
  shipping_method: { code: 'standard', name: 'Standard' },
  tax_rate: '0.0725',
  status_history: [placed, paid],
  payment: {
    status: 'SUCCESS' as const,
    amount: '25.18',
    refunded_amount: '0.00',
    transaction_id: '01938f6e-8c21-7d0a-b7e4-3f5a6b7c8d9e',
  },
};

/** The same order as staff see it. */
export const adminOrderSummaryExample = { ...orderSummaryExample, customer_email: 'ada@example.com' };

export const adminOrderExample = {
  ...orderExample,
  customer_email: 'ada@example.com',
  timeline: orderExample.status_history.map(({ created_at, ...step }) => ({
    kind: 'status' as const,
    at: created_at,
    ...step,
  })),
};

/** The same order just placed. */
export const placedExample = {
  ...orderExample,
  status: 'PENDING' as const,
  payment_due_at: '2026-11-22T21:54:42.123Z',
  version: 1,
  updated_at: placed.created_at,
  status_history: [placed],
  payment: null,
};

const cancelledAt = '2026-11-22T21:31:07.890Z';

/** The same order cancelled before it was paid. */
export const cancelledExample = {
  ...placedExample,
  status: 'CANCELLED' as const,
  payment_due_at: null,
  cancelled_at: cancelledAt,
  cancellation_reason: 'Ordered by mistake.',
  version: 2,
  updated_at: cancelledAt,
  status_history: [
    placed,
    {
      ...placed,
      from_status: 'PENDING' as const,
      to_status: 'CANCELLED' as const,
      notes: 'Ordered by mistake.',
      created_at: cancelledAt,
    },
  ],
};

/** What that order would have cost beforehand. */
export const quoteExample = {
  items: [itemExample],
  ...amounts,
  tax_rate: '0.0725',
  currency: 'USD',
  applied_coupons: orderExample.applied_coupons,
  shipping_method: orderExample.shipping_method,
  shipping_methods: [
    { code: 'standard', name: 'Standard', amount: '5.90' },
    { code: 'express', name: 'Express', amount: '14.90' },
  ],
};
