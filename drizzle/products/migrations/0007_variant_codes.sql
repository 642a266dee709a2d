-- outside a transaction
DROP INDEX CONCURRENTLY IF EXISTS "products_variant_sku_index";--> statement-breakpoint
CREATE INDEX CONCURRENTLY "products_variant_sku_index" ON "products" USING btree (replace(searchable("sku"), ' ', '')) WHERE not "products"."is_group_primary";--> statement-breakpoint
DROP INDEX CONCURRENTLY IF EXISTS "products_variant_barcode_index";--> statement-breakpoint
CREATE INDEX CONCURRENTLY "products_variant_barcode_index" ON "products" USING btree (replace(searchable("barcode"), ' ', '')) WHERE not "products"."is_group_primary" and "products"."barcode" is not null;
