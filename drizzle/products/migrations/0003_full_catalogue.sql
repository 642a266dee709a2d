CREATE TYPE "public"."movement_kind" AS ENUM('import', 'adjustment', 'sale', 'return');--> statement-breakpoint
CREATE TABLE "category_product_counts" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "category_product_counts_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"category_id" uuid NOT NULL,
	"product_count" integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE "inventory_movements" (
	"id" uuid PRIMARY KEY NOT NULL,
	"product_id" uuid NOT NULL,
	"kind" "movement_kind" NOT NULL,
	"delta" integer NOT NULL,
	"quantity_after" integer NOT NULL,
	"reason" varchar(255),
	"actor_id" uuid,
	"order_id" uuid,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "inventory_movements_delta_check" CHECK ("inventory_movements"."delta" <> 0),
	CONSTRAINT "inventory_movements_quantity_after_check" CHECK ("inventory_movements"."quantity_after" >= 0)
);
--> statement-breakpoint
CREATE TABLE "product_words" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "product_words_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"word" text NOT NULL
);
--> statement-breakpoint
DROP INDEX "products_created_at_id_index";--> statement-breakpoint
DROP INDEX "products_price_id_index";--> statement-breakpoint
DROP INDEX "products_name_id_index";--> statement-breakpoint
DROP INDEX "products_category_id_created_at_id_index";--> statement-breakpoint
ALTER TABLE "product_inventory" ADD COLUMN "is_sold_out" boolean GENERATED ALWAYS AS (quantity <= reserved_quantity) STORED NOT NULL;--> statement-breakpoint
ALTER TABLE "product_reviews" ADD COLUMN "moderated_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "product_reviews" ADD COLUMN "author_name" varchar(110) NOT NULL;--> statement-breakpoint
ALTER TABLE "products" ADD COLUMN "rating" numeric(3, 2) GENERATED ALWAYS AS (CASE WHEN rating_count = 0 THEN 0 ELSE round(rating_sum::numeric / rating_count, 2) END) STORED NOT NULL;--> statement-breakpoint
ALTER TABLE "products" ADD COLUMN "sample_key" real DEFAULT random() NOT NULL;--> statement-breakpoint
ALTER TABLE "products" ADD COLUMN "search" "tsvector" GENERATED ALWAYS AS (product_document(name, sku, barcode, is_group_primary, vendor, tags, short_description, description)) STORED NOT NULL;--> statement-breakpoint
ALTER TABLE "inventory_movements" ADD CONSTRAINT "inventory_movements_product_id_fkey" FOREIGN KEY ("product_id") REFERENCES "public"."products"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "category_product_counts_category_id_index" ON "category_product_counts" USING btree ("category_id");--> statement-breakpoint
CREATE INDEX "inventory_movements_product_id_created_at_id_index" ON "inventory_movements" USING btree ("product_id","created_at" DESC NULLS FIRST,"id" DESC NULLS FIRST);--> statement-breakpoint
CREATE INDEX "product_words_word_index" ON "product_words" USING btree ("word" text_pattern_ops);--> statement-breakpoint
CREATE INDEX "product_words_variants_index" ON "product_words" USING gin (word_variants("word"));--> statement-breakpoint
CREATE INDEX "product_words_similar_index" ON "product_words" USING gin ("word" gin_trgm_ops);--> statement-breakpoint
CREATE INDEX "product_inventory_sold_out_index" ON "product_inventory" USING btree ("product_id") WHERE "product_inventory"."is_sold_out";--> statement-breakpoint
CREATE INDEX "product_inventory_low_stock_index" ON "product_inventory" USING btree (("quantity" - "reserved_quantity"),"product_id") WHERE "product_inventory"."quantity" - "product_inventory"."reserved_quantity" <= "product_inventory"."low_stock_threshold";--> statement-breakpoint
CREATE INDEX "product_reviews_product_id_approved_index" ON "product_reviews" USING btree ("product_id","created_at" DESC NULLS FIRST,"id" DESC NULLS FIRST) WHERE "product_reviews"."is_approved";--> statement-breakpoint
CREATE INDEX "product_reviews_product_id_rating_index" ON "product_reviews" USING btree ("product_id","rating","created_at" DESC NULLS FIRST,"id" DESC NULLS FIRST) WHERE "product_reviews"."is_approved";--> statement-breakpoint
CREATE INDEX "product_reviews_rejected_index" ON "product_reviews" USING btree ("created_at" DESC NULLS FIRST,"id" DESC NULLS FIRST) WHERE "product_reviews"."moderated_at" is not null and not "product_reviews"."is_approved";--> statement-breakpoint
CREATE INDEX "product_reviews_pending_index" ON "product_reviews" USING btree ("created_at" DESC NULLS FIRST,"id" DESC NULLS FIRST) WHERE "product_reviews"."moderated_at" is null;--> statement-breakpoint
CREATE INDEX "product_reviews_created_at_id_index" ON "product_reviews" USING btree ("created_at" DESC NULLS FIRST,"id" DESC NULLS FIRST);--> statement-breakpoint
CREATE INDEX "products_rating_id_index" ON "products" USING btree ("rating" DESC NULLS FIRST,"id" DESC NULLS FIRST,"category_id","is_featured","price") WHERE "products"."is_active" and not "products"."is_deleted" and "products"."is_group_primary";--> statement-breakpoint
CREATE INDEX "products_category_id_price_id_index" ON "products" USING btree ("category_id","price","id","is_featured","rating") WHERE "products"."is_active" and not "products"."is_deleted" and "products"."is_group_primary";--> statement-breakpoint
CREATE INDEX "products_category_id_name_id_index" ON "products" USING btree ("category_id","name","id","is_featured","price","rating") WHERE "products"."is_active" and not "products"."is_deleted" and "products"."is_group_primary";--> statement-breakpoint
CREATE INDEX "products_category_id_rating_id_index" ON "products" USING btree ("category_id","rating" DESC NULLS FIRST,"id" DESC NULLS FIRST,"is_featured","price") WHERE "products"."is_active" and not "products"."is_deleted" and "products"."is_group_primary";--> statement-breakpoint
CREATE INDEX "products_sample_key_index" ON "products" USING btree ("sample_key","category_id","price","is_featured","rating","id") WHERE "products"."is_active" and not "products"."is_deleted" and "products"."is_group_primary";--> statement-breakpoint
CREATE INDEX "products_category_id_sample_key_index" ON "products" USING btree ("category_id","sample_key","price","is_featured","rating","id") WHERE "products"."is_active" and not "products"."is_deleted" and "products"."is_group_primary";--> statement-breakpoint
CREATE INDEX "products_search_index" ON "products" USING gin ("search");--> statement-breakpoint
CREATE INDEX "products_admin_created_at_id_index" ON "products" USING btree ("created_at" DESC NULLS FIRST,"id" DESC NULLS FIRST);--> statement-breakpoint
CREATE INDEX "products_created_at_id_index" ON "products" USING btree ("created_at" DESC NULLS FIRST,"id" DESC NULLS FIRST,"category_id","is_featured","price","rating") WHERE "products"."is_active" and not "products"."is_deleted" and "products"."is_group_primary";--> statement-breakpoint
CREATE INDEX "products_price_id_index" ON "products" USING btree ("price","id","category_id","is_featured","rating") WHERE "products"."is_active" and not "products"."is_deleted" and "products"."is_group_primary";--> statement-breakpoint
CREATE INDEX "products_name_id_index" ON "products" USING btree ("name","id","category_id","is_featured","price","rating") WHERE "products"."is_active" and not "products"."is_deleted" and "products"."is_group_primary";--> statement-breakpoint
CREATE INDEX "products_category_id_created_at_id_index" ON "products" USING btree ("category_id","created_at" DESC NULLS FIRST,"id" DESC NULLS FIRST,"is_featured","price","rating") WHERE "products"."is_active" and not "products"."is_deleted" and "products"."is_group_primary";--> statement-breakpoint
ALTER TABLE "product_reviews" ADD CONSTRAINT "product_reviews_moderated_at_check" CHECK (not "product_reviews"."is_approved" or "product_reviews"."moderated_at" is not null);