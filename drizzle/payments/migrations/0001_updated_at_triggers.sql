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
CREATE TRIGGER "transactions_set_updated_at"
BEFORE UPDATE ON "transactions"
FOR EACH ROW EXECUTE FUNCTION "set_updated_at"();
--> statement-breakpoint
CREATE TRIGGER "user_saved_payment_methods_set_updated_at"
BEFORE UPDATE ON "user_saved_payment_methods"
FOR EACH ROW EXECUTE FUNCTION "set_updated_at"();
