-- Rules that no order of events may break are the database's: it sees every change, of every writer at once.

-- A category is never its own ancestor, and hangs under a live one. Changes of the tree wait for each other, so that each
-- sees what the one before it made. Whoever changes the tree takes this lock before any row of it (lock_category_tree).
CREATE FUNCTION "lock_category_tree"() RETURNS void
LANGUAGE sql
AS $$ SELECT pg_advisory_xact_lock(hashtext('categories')) $$;
--> statement-breakpoint
CREATE FUNCTION "check_category_parent"() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
  IF NEW.parent_id IS NULL OR NEW.is_deleted THEN
    RETURN NEW;
  END IF;
  PERFORM lock_category_tree();
  IF NOT EXISTS (SELECT FROM categories WHERE id = NEW.parent_id AND NOT is_deleted) THEN
    RAISE EXCEPTION USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'categories_parent_id_live',
      MESSAGE = 'The parent category is not there.';
  END IF;
  IF EXISTS (
    WITH RECURSIVE ancestors AS (
      SELECT NEW.parent_id AS id
      UNION
      SELECT category.parent_id FROM categories category JOIN ancestors ON category.id = ancestors.id
       WHERE category.parent_id IS NOT NULL)
    SELECT FROM ancestors WHERE id = NEW.id)
  THEN
    RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'categories_cycle_check',
      MESSAGE = 'A category cannot be inside itself.';
  END IF;
  RETURN NEW;
END;
$$;
--> statement-breakpoint
CREATE TRIGGER "categories_check_parent"
BEFORE INSERT OR UPDATE OF parent_id ON "categories"
FOR EACH ROW EXECUTE FUNCTION "check_category_parent"();
--> statement-breakpoint
-- A category with live products stays. The other half, that no product comes into a deleted one, is below: the product
-- holds the category's row until it commits, and this trigger, which holds the row too, then sees the product.
CREATE FUNCTION "check_category_empty"() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
  IF NEW.is_deleted AND NOT OLD.is_deleted
    AND EXISTS (SELECT FROM products WHERE category_id = NEW.id AND NOT is_deleted)
  THEN
    RAISE EXCEPTION USING ERRCODE = 'restrict_violation', CONSTRAINT = 'categories_empty_check',
      MESSAGE = 'The category still has products.';
  END IF;
  RETURN NEW;
END;
$$;
--> statement-breakpoint
CREATE TRIGGER "categories_check_empty"
BEFORE UPDATE OF is_deleted ON "categories"
FOR EACH ROW EXECUTE FUNCTION "check_category_empty"();
--> statement-breakpoint
CREATE FUNCTION "check_product_category"() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
  IF NEW.is_deleted THEN
    RETURN NEW;
  END IF;
  PERFORM FROM categories WHERE id = NEW.category_id AND NOT is_deleted FOR SHARE;
  IF NOT FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'products_category_id_live',
      MESSAGE = 'The category is not there.';
  END IF;
  RETURN NEW;
END;
$$;
--> statement-breakpoint
CREATE TRIGGER "products_check_category_of_new"
BEFORE INSERT ON "products"
FOR EACH ROW EXECUTE FUNCTION "check_product_category"();
--> statement-breakpoint
CREATE TRIGGER "products_check_category_of_changed"
BEFORE UPDATE OF category_id, is_deleted ON "products"
FOR EACH ROW WHEN (NEW.category_id <> OLD.category_id OR NEW.is_deleted <> OLD.is_deleted)
EXECUTE FUNCTION "check_product_category"();
--> statement-breakpoint
-- category_product_counts: what each statement did to the number of listed products of each category.
CREATE FUNCTION "count_products_of_categories"() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO category_product_counts (category_id, product_count)
    SELECT category_id, count(*) FROM new_products
     WHERE is_active AND NOT is_deleted AND is_group_primary
     GROUP BY category_id;
  ELSIF TG_OP = 'DELETE' THEN
    INSERT INTO category_product_counts (category_id, product_count)
    SELECT category_id, -count(*) FROM old_products
     WHERE is_active AND NOT is_deleted AND is_group_primary
     GROUP BY category_id;
  ELSE
    INSERT INTO category_product_counts (category_id, product_count)
    SELECT category_id, sum(change) FROM (
      SELECT category_id, 1 AS change FROM new_products WHERE is_active AND NOT is_deleted AND is_group_primary
      UNION ALL
      SELECT category_id, -1 FROM old_products WHERE is_active AND NOT is_deleted AND is_group_primary) AS changes
     GROUP BY category_id HAVING sum(change) <> 0;
  END IF;
  RETURN NULL;
END;
$$;
--> statement-breakpoint
CREATE TRIGGER "products_count_new"
AFTER INSERT ON "products" REFERENCING NEW TABLE AS new_products
FOR EACH STATEMENT EXECUTE FUNCTION "count_products_of_categories"();
--> statement-breakpoint
CREATE TRIGGER "products_count_changed"
AFTER UPDATE ON "products" REFERENCING OLD TABLE AS old_products NEW TABLE AS new_products
FOR EACH STATEMENT EXECUTE FUNCTION "count_products_of_categories"();
--> statement-breakpoint
CREATE TRIGGER "products_count_gone"
AFTER DELETE ON "products" REFERENCING OLD TABLE AS old_products
FOR EACH STATEMENT EXECUTE FUNCTION "count_products_of_categories"();
--> statement-breakpoint
INSERT INTO "category_product_counts" (category_id, product_count)
SELECT category_id, count(*) FROM "products"
 WHERE is_active AND NOT is_deleted AND is_group_primary
 GROUP BY category_id;
--> statement-breakpoint
-- The stock that was there before it was kept account of.
INSERT INTO "inventory_movements" (id, product_id, kind, delta, quantity_after)
SELECT gen_random_uuid(), product_id, 'import', quantity, quantity FROM "product_inventory" WHERE quantity <> 0;
--> statement-breakpoint
-- product_words: the words of names, vendors and tags, as they are and as search stems them.
CREATE FUNCTION "words_of_product"(search tsvector, vendor varchar, tags text[]) RETURNS SETOF text
LANGUAGE sql IMMUTABLE
AS $$
  SELECT word FROM (
    SELECT substr(word, 2) AS word FROM unnest(tsvector_to_array(search)) AS word WHERE word LIKE '=%'
    UNION ALL
    SELECT string_to_table(searchable(vendor) || ' ' || searchable(array_to_string(tags, ' ')), ' ')) AS words
   WHERE length(word) BETWEEN 3 AND 40 AND word !~ '[0-9]'
$$;
--> statement-breakpoint
CREATE FUNCTION "add_product_words"() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO product_words (word)
    SELECT DISTINCT added.word FROM new_products product
     CROSS JOIN LATERAL words_of_product(product.search, product.vendor, product.tags) AS added (word)
     WHERE NOT EXISTS (SELECT FROM product_words known WHERE known.word = added.word);
  ELSE
    INSERT INTO product_words (word)
    SELECT DISTINCT added.word FROM new_products product JOIN old_products before ON before.id = product.id
     CROSS JOIN LATERAL words_of_product(product.search, product.vendor, product.tags) AS added (word)
     WHERE (product.name, product.sku, product.vendor, product.tags)
       IS DISTINCT FROM (before.name, before.sku, before.vendor, before.tags)
       AND NOT EXISTS (SELECT FROM product_words known WHERE known.word = added.word);
  END IF;
  RETURN NULL;
END;
$$;
--> statement-breakpoint
CREATE TRIGGER "products_add_words_of_new"
AFTER INSERT ON "products" REFERENCING NEW TABLE AS new_products
FOR EACH STATEMENT EXECUTE FUNCTION "add_product_words"();
--> statement-breakpoint
CREATE TRIGGER "products_add_words_of_changed"
AFTER UPDATE ON "products" REFERENCING OLD TABLE AS old_products NEW TABLE AS new_products
FOR EACH STATEMENT EXECUTE FUNCTION "add_product_words"();
--> statement-breakpoint
-- Also where rows are copied in bulk without the checks that they need not.
ALTER TABLE "products" ENABLE ALWAYS TRIGGER "products_add_words_of_new";
--> statement-breakpoint
INSERT INTO "product_words" (word)
SELECT DISTINCT added.word FROM "products" product
 CROSS JOIN LATERAL words_of_product(product.search, product.vendor, product.tags) AS added (word);
--> statement-breakpoint
-- Asks for documents that have every word or a longer one, where a word that no product is called by may be any of those
-- most like it: those that are a slip of one letter apart, or else those that share most of their trigrams. Null if
-- there is nothing like one of them, or if this is the same as without.
CREATE FUNCTION "similar_query"(words text) RETURNS tsquery
LANGUAGE sql STABLE PARALLEL SAFE
AS $$
  WITH asked AS (
    SELECT word, ts_lexize('pg_catalog.english_stem', word) AS stems
      FROM string_to_table(searchable(words), ' ') AS word WHERE word <> ''
  ), known AS (
    SELECT word, length(word) < 3 OR word ~ '[0-9]' OR EXISTS (
             SELECT FROM product_words WHERE product_words.word ~>=~ stems[1]
                AND product_words.word ~<~ (stems[1] || chr(1114111))) AS is_known
      FROM asked WHERE stems <> '{}' AND numnode(product_query(word, true)) > 0
  ), meant AS (
    SELECT is_known, CASE WHEN is_known THEN product_query(word, true)::text ELSE (
             SELECT '(' || string_agg(quote_literal(candidate.word), ' | ') || ')' FROM (
               SELECT alike.word FROM (
                 SELECT similar_word.word, similarity(similar_word.word, known.word) AS likeness,
                        dense_rank() OVER (
                          ORDER BY word_variants(similar_word.word) && word_variants(known.word) DESC) AS place
                   FROM product_words similar_word
                  WHERE word_variants(similar_word.word) && word_variants(known.word)
                     OR similar_word.word % known.word AND similarity(similar_word.word, known.word) >= 0.4) AS alike
                WHERE place = 1
                GROUP BY alike.word
                ORDER BY max(likeness) DESC, alike.word
                LIMIT 5) AS candidate) END AS term
      FROM known)
  SELECT string_agg(term, ' & ')::tsquery FROM meant
  HAVING count(term) = count(*) AND (count(*) > 1 OR NOT bool_and(is_known))
$$;
