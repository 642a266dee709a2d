CREATE TRIGGER "refunds_set_updated_at"
BEFORE UPDATE ON "refunds"
FOR EACH ROW EXECUTE FUNCTION "set_updated_at"();
