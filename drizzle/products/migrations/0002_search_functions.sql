CREATE EXTENSION IF NOT EXISTS "pg_trgm" SCHEMA "public";
--> statement-breakpoint
CREATE EXTENSION IF NOT EXISTS "unaccent" SCHEMA "public";
--> statement-breakpoint
-- Text as search compares it: words in lower case, without accents, between single blanks. The dictionary is named, so that the
-- result never depends on the caller's settings, which is what IMMUTABLE promises.
CREATE FUNCTION "searchable"(content text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN regexp_replace(
  lower(public.unaccent('public.unaccent'::regdictionary, coalesce(content, ''))), '[\s!-/:-@[-`{-~]+', ' ', 'g');
--> statement-breakpoint
-- What a product is called: the words of its name and codes, stemmed and as they are, the SKU as one word too. Variants
-- that do not stand for their group have only that one of their codes: they are not what a search by words shows.
CREATE FUNCTION "name_document"(name varchar, sku varchar, barcode varchar, is_group_primary boolean) RETURNS tsvector
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN strip(
  to_tsvector('pg_catalog.english'::regconfig,
    searchable(name) || CASE WHEN is_group_primary THEN ' ' || searchable(sku) ELSE '' END) ||
  to_tsvector('pg_catalog.simple'::regconfig, searchable(name) || ' ' || replace(searchable(sku), ' ', '') ||
    CASE WHEN is_group_primary THEN ' ' || searchable(sku) || ' ' || searchable(barcode) ELSE '' END));
--> statement-breakpoint
-- The same words, marked so that they differ from those that are only said of a product.
CREATE FUNCTION "marked"(document tsvector) RETURNS tsvector
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN array_to_tsvector(ARRAY(SELECT '=' || word FROM unnest(tsvector_to_array(document)) AS word));
--> statement-breakpoint
-- Everything that is said of a product; of a variant that does not stand for its group, only what it is called. Of a long
-- description only the beginning, and no markup.
CREATE FUNCTION "product_document"(
  name varchar, sku varchar, barcode varchar, is_group_primary boolean, vendor varchar, tags text[],
  short_description varchar, description text
) RETURNS tsvector
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN name_document(name, sku, barcode, is_group_primary) ||
  marked(name_document(name, sku, barcode, is_group_primary)) ||
  CASE WHEN is_group_primary THEN
    strip(to_tsvector('pg_catalog.english'::regconfig,
      searchable(vendor) || ' ' || searchable(array_to_string(tags, ' ')) || ' ' || searchable(short_description) || ' ' ||
      searchable(left(regexp_replace(description, '<[^>]*>|&\w+;', ' ', 'g'), 20000))))
  ELSE '' END;
--> statement-breakpoint
-- Asks for documents that have every word; with `is_unfinished` the last may be the beginning of a longer one. The
-- commonest words do not count, unless there are no others. Any text makes a valid query; without a word in it, null.
CREATE FUNCTION "product_query"(words text, is_unfinished boolean) RETURNS tsquery
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
  SELECT CASE
    WHEN numnode(to_tsquery('pg_catalog.english'::regconfig, terms)) > 0
    THEN replace(to_tsquery('pg_catalog.english'::regconfig, terms)::text, '<->', '&')::tsquery
    ELSE replace(to_tsquery('pg_catalog.simple'::regconfig, terms)::text, '<->', '&')::tsquery
  END
  FROM (SELECT replace(btrim(searchable(words)), ' ', ' & ') ||
               CASE WHEN is_unfinished AND searchable(words) ~ '[^ ]{2} *$' THEN ':*' ELSE '' END AS terms) AS asked
$$;
--> statement-breakpoint
-- The same query of what products are called.
CREATE FUNCTION "of_name"(query tsquery) RETURNS tsquery
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN regexp_replace(query::text, $$'([^']+)'$$, $$'=\1'$$, 'g')::tsquery;
--> statement-breakpoint
-- A word and what is left of it without one of its letters. Words that have one in common are a slip apart.
CREATE FUNCTION "word_variants"(word text) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ARRAY(
  SELECT DISTINCT overlay(word PLACING '' FROM position FOR 1) FROM generate_series(1, length(word)) AS position
  UNION SELECT word);
