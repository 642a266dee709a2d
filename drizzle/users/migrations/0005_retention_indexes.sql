-- outside a transaction
DROP INDEX CONCURRENTLY IF EXISTS "email_verification_tokens_expires_at_index";--> statement-breakpoint
CREATE INDEX CONCURRENTLY "email_verification_tokens_expires_at_index" ON "email_verification_tokens" USING btree ("expires_at");--> statement-breakpoint
DROP INDEX CONCURRENTLY IF EXISTS "inbox_received_at_index";--> statement-breakpoint
CREATE INDEX CONCURRENTLY "inbox_received_at_index" ON "inbox" USING btree ("received_at");--> statement-breakpoint
DROP INDEX CONCURRENTLY IF EXISTS "outbox_sent_at_index";--> statement-breakpoint
CREATE INDEX CONCURRENTLY "outbox_sent_at_index" ON "outbox" USING btree ("sent_at") WHERE "outbox"."sent_at" is not null;--> statement-breakpoint
DROP INDEX CONCURRENTLY IF EXISTS "password_reset_tokens_expires_at_index";--> statement-breakpoint
CREATE INDEX CONCURRENTLY "password_reset_tokens_expires_at_index" ON "password_reset_tokens" USING btree ("expires_at");
