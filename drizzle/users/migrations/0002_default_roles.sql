INSERT INTO "user_roles" ("name", "description") VALUES
  ('CUSTOMER', 'Regular user'),
  ('ADMIN', 'Administrator'),
  ('MANAGER', 'Manager')
ON CONFLICT DO NOTHING;
