CREATE TABLE "order_changes" (
	"id" uuid PRIMARY KEY NOT NULL,
	"order_id" uuid NOT NULL,
	"changed_by" uuid NOT NULL,
	"before" jsonb NOT NULL,
	"after" jsonb NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "order_changes" ADD CONSTRAINT "order_changes_order_id_fkey" FOREIGN KEY ("order_id") REFERENCES "public"."orders"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "order_changes_order_id_created_at_id_index" ON "order_changes" USING btree ("order_id","created_at","id");--> statement-breakpoint
-- What staff have changed so far, as far as the outbox still has it.
INSERT INTO "order_changes" ("id", "order_id", "changed_by", "before", "after", "created_at")
SELECT "outbox"."id", "orders"."id", ("payload" ->> 'actor_id')::uuid, "payload" -> 'before', "payload" -> 'after',
       "outbox"."created_at"
  FROM "outbox" JOIN "orders" ON "orders"."id"::text = "payload" ->> 'resource_id'
 WHERE "type" = 'audit.recorded' AND "payload" ->> 'resource_type' = 'order';
