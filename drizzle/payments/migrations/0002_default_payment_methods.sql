INSERT INTO "payment_methods" ("code", "name", "display_order") VALUES
  ('CREDIT_CARD', 'Credit card', 1),
  ('DEBIT_CARD', 'Debit card', 2),
  ('UPI', 'UPI', 3),
  ('NET_BANKING', 'Net banking', 4),
  ('WALLET', 'Wallet', 5)
ON CONFLICT DO NOTHING;
