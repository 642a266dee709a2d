CREATE TYPE "public"."webhook_status" AS ENUM('RECEIVED', 'APPLIED', 'IGNORED', 'DEAD');--> statement-breakpoint
CREATE TABLE "webhook_events" (
	"gateway" varchar(20) NOT NULL,
	"event_id" varchar(255) NOT NULL,
	"type" varchar(100) NOT NULL,
	"payload" jsonb NOT NULL,
	"status" "webhook_status" DEFAULT 'RECEIVED' NOT NULL,
	"reason" text,
	"attempts" integer DEFAULT 0 NOT NULL,
	"next_attempt_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"received_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"settled_at" timestamp (3) with time zone,
	CONSTRAINT "webhook_events_pkey" PRIMARY KEY("gateway","event_id")
);
--> statement-breakpoint
ALTER TABLE "refunds" ADD COLUMN "checks" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "refunds" ADD COLUMN "next_check_at" timestamp (3) with time zone DEFAULT now() NOT NULL;--> statement-breakpoint
ALTER TABLE "transactions" ADD COLUMN "save_payment_method" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "transactions" ADD COLUMN "checks" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "transactions" ADD COLUMN "next_check_at" timestamp (3) with time zone DEFAULT now() NOT NULL;--> statement-breakpoint
ALTER TABLE "user_saved_payment_methods" ADD COLUMN "gateway" varchar(20) DEFAULT 'sandbox' NOT NULL;--> statement-breakpoint
ALTER TABLE "user_saved_payment_methods" ADD COLUMN "token_key_id" varchar(50);--> statement-breakpoint
ALTER TABLE "user_saved_payment_methods" ADD COLUMN "deleted_at" timestamp (3) with time zone;--> statement-breakpoint
CREATE INDEX "webhook_events_next_attempt_at_index" ON "webhook_events" USING btree ("next_attempt_at") WHERE "webhook_events"."status" = 'RECEIVED';--> statement-breakpoint
CREATE INDEX "webhook_events_received_at_index" ON "webhook_events" USING btree ("received_at");--> statement-breakpoint
CREATE INDEX "refunds_refused_index" ON "refunds" USING btree ("transaction_id") WHERE "refunds"."requested_by" is null and "refunds"."status" = 'FAILED';--> statement-breakpoint
CREATE INDEX "user_saved_payment_methods_deleted_at_index" ON "user_saved_payment_methods" USING btree ("deleted_at") WHERE "user_saved_payment_methods"."deleted_at" is not null;--> statement-breakpoint
ALTER TABLE "user_saved_payment_methods" ADD CONSTRAINT "user_saved_payment_methods_deleted_check" CHECK ("user_saved_payment_methods"."deleted_at" is null or not "user_saved_payment_methods"."is_default");