CREATE TYPE "public"."transaction_status" AS ENUM('PENDING', 'PROCESSING', 'SUCCESS', 'FAILED', 'REFUNDED', 'CANCELLED');--> statement-breakpoint
CREATE TABLE "idempotency_keys" (
	"user_id" uuid NOT NULL,
	"method" varchar(10) NOT NULL,
	"path" varchar(500) NOT NULL,
	"key" varchar(255) NOT NULL,
	"request_hash" varchar(64) NOT NULL,
	"resource_id" uuid NOT NULL,
	"attempt" uuid NOT NULL,
	"locked_until" timestamp (3) with time zone NOT NULL,
	"response_status" integer,
	"response_body" jsonb,
	"response_headers" jsonb,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "idempotency_keys_pkey" PRIMARY KEY("user_id","method","path","key")
);
--> statement-breakpoint
CREATE TABLE "inbox" (
	"event_id" uuid NOT NULL,
	"consumer" varchar(50) NOT NULL,
	"received_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "inbox_pkey" PRIMARY KEY("event_id","consumer")
);
--> statement-breakpoint
CREATE TABLE "outbox" (
	"id" uuid PRIMARY KEY NOT NULL,
	"type" varchar(100) NOT NULL,
	"subject_id" uuid NOT NULL,
	"payload" jsonb NOT NULL,
	"request_id" varchar(128),
	"traceparent" varchar(64),
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"sent_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "payment_methods" (
	"id" serial PRIMARY KEY NOT NULL,
	"name" varchar(50) NOT NULL,
	"code" varchar(20) NOT NULL,
	"is_active" boolean DEFAULT true NOT NULL,
	"display_order" integer DEFAULT 0 NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "transactions" (
	"id" uuid PRIMARY KEY NOT NULL,
	"transaction_number" varchar(50) NOT NULL,
	"order_id" uuid NOT NULL,
	"user_id" uuid NOT NULL,
	"payment_method_id" integer NOT NULL,
	"amount" numeric(10, 2) NOT NULL,
	"currency" varchar(3) DEFAULT 'USD' NOT NULL,
	"status" "transaction_status" NOT NULL,
	"gateway" varchar(20) DEFAULT 'sandbox' NOT NULL,
	"gateway_transaction_id" varchar(255),
	"gateway_response" jsonb,
	"failure_reason" text,
	"processed_at" timestamp (3) with time zone,
	"refunded_at" timestamp (3) with time zone,
	"refund_amount" numeric(10, 2),
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "transactions_amount_check" CHECK ("transactions"."amount" > 0),
	CONSTRAINT "transactions_refund_amount_check" CHECK ("transactions"."refund_amount" >= 0 and "transactions"."refund_amount" <= "transactions"."amount")
);
--> statement-breakpoint
CREATE TABLE "user_saved_payment_methods" (
	"id" uuid PRIMARY KEY NOT NULL,
	"user_id" uuid NOT NULL,
	"payment_method_id" integer NOT NULL,
	"card_last_four" varchar(4),
	"card_brand" varchar(20),
	"expiry_month" integer,
	"expiry_year" integer,
	"is_default" boolean DEFAULT false NOT NULL,
	"gateway_customer_id" varchar(255),
	"gateway_token" text,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "user_saved_payment_methods_expiry_month_check" CHECK ("user_saved_payment_methods"."expiry_month" between 1 and 12)
);
--> statement-breakpoint
ALTER TABLE "transactions" ADD CONSTRAINT "transactions_payment_method_id_fkey" FOREIGN KEY ("payment_method_id") REFERENCES "public"."payment_methods"("id") ON DELETE restrict ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "user_saved_payment_methods" ADD CONSTRAINT "user_saved_payment_methods_payment_method_id_fkey" FOREIGN KEY ("payment_method_id") REFERENCES "public"."payment_methods"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "idempotency_keys_resource_id_key" ON "idempotency_keys" USING btree ("resource_id");--> statement-breakpoint
CREATE INDEX "idempotency_keys_expires_at_index" ON "idempotency_keys" USING btree ("expires_at");--> statement-breakpoint
CREATE INDEX "outbox_created_at_index" ON "outbox" USING btree ("created_at") WHERE "outbox"."sent_at" is null;--> statement-breakpoint
CREATE UNIQUE INDEX "payment_methods_name_key" ON "payment_methods" USING btree ("name");--> statement-breakpoint
CREATE UNIQUE INDEX "payment_methods_code_key" ON "payment_methods" USING btree ("code");--> statement-breakpoint
CREATE UNIQUE INDEX "transactions_transaction_number_key" ON "transactions" USING btree ("transaction_number");--> statement-breakpoint
CREATE UNIQUE INDEX "transactions_live_order_key" ON "transactions" USING btree ("order_id") WHERE "transactions"."status" in ('PENDING', 'PROCESSING', 'SUCCESS');--> statement-breakpoint
CREATE UNIQUE INDEX "transactions_gateway_gateway_transaction_id_key" ON "transactions" USING btree ("gateway","gateway_transaction_id") WHERE "transactions"."gateway_transaction_id" is not null;--> statement-breakpoint
CREATE INDEX "transactions_order_id_index" ON "transactions" USING btree ("order_id");--> statement-breakpoint
CREATE INDEX "transactions_user_id_created_at_id_index" ON "transactions" USING btree ("user_id","created_at" DESC NULLS FIRST,"id" DESC NULLS FIRST);--> statement-breakpoint
CREATE INDEX "transactions_status_index" ON "transactions" USING btree ("status");--> statement-breakpoint
CREATE INDEX "transactions_payment_method_id_index" ON "transactions" USING btree ("payment_method_id");--> statement-breakpoint
CREATE INDEX "transactions_created_at_id_index" ON "transactions" USING btree ("created_at" DESC NULLS FIRST,"id" DESC NULLS FIRST);--> statement-breakpoint
CREATE INDEX "transactions_created_at_index" ON "transactions" USING btree ("created_at") WHERE "transactions"."status" = 'PROCESSING';--> statement-breakpoint
CREATE INDEX "user_saved_payment_methods_user_id_index" ON "user_saved_payment_methods" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "user_saved_payment_methods_payment_method_id_index" ON "user_saved_payment_methods" USING btree ("payment_method_id");--> statement-breakpoint
CREATE UNIQUE INDEX "user_saved_payment_methods_user_id_key" ON "user_saved_payment_methods" USING btree ("user_id") WHERE "user_saved_payment_methods"."is_default";