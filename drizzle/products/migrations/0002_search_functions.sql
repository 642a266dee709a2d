CREATE EXTENSION IF NOT EXISTS "pg_trgm" SCHEMA "public";
--> statement-breakpoint
CREATE EXTENSION IF NOT EXISTS "unaccent" SCHEMA "public";
--> statement-breakpoint
-- Text as search compares it: lower case, without accents. The dictionary is named, so that the result never depends on
-- the caller's settings, which is what IMMUTABLE promises.
CREATE FUNCTION "searchable"(content text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN lower(public.unaccent('public.unaccent'::regdictionary, coalesce(content, '')));
--> statement-breakpoint
-- What full-text search looks at: A name and codes, B vendor and tags, C short description, D description without markup.
CREATE FUNCTION "product_document"(
  name varchar, sku varchar, barcode varchar, vendor varchar, tags text[], short_description varchar, description text
) RETURNS tsvector
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN
  setweight(to_tsvector('pg_catalog.english'::regconfig, searchable(name)), 'A') ||
  setweight(to_tsvector('pg_catalog.simple'::regconfig, searchable(sku) || ' ' || searchable(barcode)), 'A') ||
  setweight(to_tsvector('pg_catalog.english'::regconfig, searchable(vendor) || ' ' || searchable(array_to_string(tags, ' '))), 'B') ||
  setweight(to_tsvector('pg_catalog.english'::regconfig, searchable(short_description)), 'C') ||
  setweight(to_tsvector('pg_catalog.english'::regconfig, searchable(left(regexp_replace(description, '<[^>]*>', ' ', 'g'), 20000))), 'D');
