-- A shop whose functions fail.
CREATE SCHEMA shop;
CREATE TABLE shop.item (id int PRIMARY KEY, name text NOT NULL, cents int, CHECK (cents > 0));
INSERT INTO shop.item VALUES (1, 'tea', 350), (2, 'cup', NULL);

CREATE FUNCTION shop.price(sought int) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
  found_price int;
BEGIN
  SELECT cents INTO found_price FROM shop.item WHERE id = sought;
  IF found_price IS NULL THEN
    RAISE EXCEPTION 'no price for %', (SELECT name FROM shop.item WHERE id = sought)
      USING DETAIL = 'The shelf is empty.', HINT = 'Ask the shopkeeper.', ERRCODE = 'no_data_found';
  END IF;
  RETURN found_price;
END $$;

CREATE FUNCTION shop.total(VARIADIC items int[]) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
  total bigint;
BEGIN
  SELECT sum(shop.price(item))
    INTO total
    FROM unnest(items) AS item
   WHERE item > 0;
  RETURN total;
END $$;

CREATE FUNCTION shop.share(cents int, people int, currency character varying DEFAULT 'EUR') RETURNS int LANGUAGE plpgsql AS $$
DECLARE
  each int;
BEGIN
  each := cents / people;
  RETURN each;
END $$;

CREATE FUNCTION shop."Check Out"(people int) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('SELECT shop.share(%s, %s)', 700, people);
  RETURN 'done';
END $$;

CREATE FUNCTION shop.to_number(price text) RETURNS int LANGUAGE sql AS 'SELECT price::int';

CREATE FUNCTION shop.audit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM shop.share(new.cents, 0);
  RETURN new;
END $$;
CREATE TRIGGER audit BEFORE UPDATE ON shop.item FOR EACH ROW EXECUTE FUNCTION shop.audit();

CREATE FUNCTION shop.declared(price int DEFAULT 1) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
  share int := price / 0;
BEGIN
  RETURN share;
END $$;

CREATE FUNCTION shop.short() RETURNS varchar(2) LANGUAGE plpgsql AS $$ BEGIN RETURN 'x'::text || 1 / 0; END $$;

CREATE FUNCTION shop.told(item int) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  context text;
BEGIN
  PERFORM shop.total(item, 1);
  RETURN NULL;
EXCEPTION WHEN OTHERS THEN
  GET STACKED DIAGNOSTICS context = PG_EXCEPTION_CONTEXT;
  RETURN context;
END $$;

CREATE FUNCTION shop.warned() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  RAISE WARNING 'the shelf is nearly empty';
  PERFORM shop.price(2);
END $$;

CREATE FUNCTION shop.lines() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION E'two lines:\nno tea\nno cups';
END $$;

CREATE EXTENSION plpython3u;
CREATE EXTENSION plperl;
CREATE EXTENSION pltcl;

CREATE FUNCTION shop.weigh(grams int) RETURNS int LANGUAGE plpython3u AS $$
def ratio(a, b):
    return a / b
def half(a):
    return ratio(a, 0)
return half(grams)
$$;

CREATE FUNCTION shop.label(name text) RETURNS text LANGUAGE plperl AS $$
my ($name) = @_;
die "no label for $name" if length($name) < 4;
return $name;
$$;

CREATE FUNCTION shop.pack(name text) RETURNS text LANGUAGE pltcl AS $$
set size [string length $1]
if {$size < 4} {
  error "no box for $1"
}
return $1
$$;

CREATE FUNCTION shop.send(item int) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
  RETURN CASE item WHEN 1 THEN shop.weigh(5)::text WHEN 2 THEN shop.label('tea') ELSE shop.pack('cup') END;
END $$;
