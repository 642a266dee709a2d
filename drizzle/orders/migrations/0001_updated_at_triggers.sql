-- updated_at is the database's work, so that no statement can forget it.
CREATE FUNCTION "set_updated_at"() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
  NEW.updated_at := now();
  RETURN NEW;
END;
$$;
--> statement-breakpoint
CREATE TRIGGER "orders_set_updated_at"
BEFORE UPDATE ON "orders"
FOR EACH ROW EXECUTE FUNCTION "set_updated_at"();
--> statement-breakpoint
CREATE TRIGGER "shipping_methods_set_updated_at"
BEFORE UPDATE ON "shipping_methods"
FOR EACH ROW EXECUTE FUNCTION "set_updated_at"();
--> statement-breakpoint
CREATE TRIGGER "tax_rates_set_updated_at"
BEFORE UPDATE ON "tax_rates"
FOR EACH ROW EXECUTE FUNCTION "set_updated_at"();
