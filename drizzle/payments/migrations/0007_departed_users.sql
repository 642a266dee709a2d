CREATE TABLE "departed_users" (
	"user_id" uuid PRIMARY KEY NOT NULL,
	"departed_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
