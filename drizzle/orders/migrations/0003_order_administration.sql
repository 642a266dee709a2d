ALTER TABLE "tax_rates" DROP CONSTRAINT "tax_rates_country_state_key";--> statement-breakpoint
CREATE INDEX "orders_order_number_prefix_index" ON "orders" USING btree ("order_number" text_pattern_ops);--> statement-breakpoint
CREATE INDEX "orders_customer_email_prefix_index" ON "orders" USING btree (lower("customer_email") text_pattern_ops);--> statement-breakpoint
CREATE UNIQUE INDEX "tax_rates_place_key" ON "tax_rates" USING btree ("country",coalesce(lower("state"), ''));--> statement-breakpoint
ALTER TABLE "tax_rates" ADD CONSTRAINT "tax_rates_state_check" CHECK ("tax_rates"."state" <> '');--> statement-breakpoint
-- What was told of an order, and what staff changed of it: its timeline. The outbox of the other services needs neither.
CREATE INDEX "outbox_subject_id_index" ON "outbox" USING btree ("subject_id");--> statement-breakpoint
CREATE INDEX "outbox_audited_resource_index" ON "outbox" USING btree (("payload" ->> 'resource_id')) WHERE "type" = 'audit.recorded';