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
CREATE TRIGGER "categories_set_updated_at"
BEFORE UPDATE ON "categories"
FOR EACH ROW EXECUTE FUNCTION "set_updated_at"();
--> statement-breakpoint
CREATE TRIGGER "products_set_updated_at"
BEFORE UPDATE ON "products"
FOR EACH ROW EXECUTE FUNCTION "set_updated_at"();
--> statement-breakpoint
CREATE TRIGGER "product_inventory_set_updated_at"
BEFORE UPDATE ON "product_inventory"
FOR EACH ROW EXECUTE FUNCTION "set_updated_at"();
--> statement-breakpoint
CREATE TRIGGER "inventory_reservations_set_updated_at"
BEFORE UPDATE ON "inventory_reservations"
FOR EACH ROW EXECUTE FUNCTION "set_updated_at"();
--> statement-breakpoint
CREATE TRIGGER "product_reviews_set_updated_at"
BEFORE UPDATE ON "product_reviews"
FOR EACH ROW EXECUTE FUNCTION "set_updated_at"();
