-- ---- rings: tables whose rows go after a while -----------------------------------------------------------------------

/*
 * A ring is a table of fixed leaves, each of which takes the rows of one span of
 * time; the span after the last leaf's is the first one's again.  Rows go when
 * upkeep() truncates the leaf.  Leaves are made here and never at run time: that
 * would take locks, and pg_dump would lose them.
 *
 * The slot follows from the clock when rows are written and from nothing else, so
 * that there is no state that a restore or a crash could part from the rows.
 *
 * The leaf whose turn is next is never truncated: if the clock stepped back it is
 * the one that was just written.  So a ring has a leaf more than it would need.
 *   occurrences: 91 days (13 leaves), the leaf that is being filled, one that is to be truncated, the next
 *   seen_events: 7 days (2 leaves), and the same three
 */
CREATE FUNCTION errtrack.ring_leaves(ring text) RETURNS int
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE ring WHEN 'occurrences' THEN 16 WHEN 'seen_events' THEN 5 END
$$;
COMMENT ON FUNCTION errtrack.ring_leaves(text) IS 'How many leaves a ring (occurrences, seen_events) has.';

CREATE FUNCTION errtrack.ring_width(ring text) RETURNS interval
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE ring WHEN 'occurrences' THEN interval '168 hours' WHEN 'seen_events' THEN interval '84 hours' END
$$;
COMMENT ON FUNCTION errtrack.ring_width(text) IS 'How much time each leaf of a ring takes; in hours, as days differ where clocks are changed.';

-- Called for each batch: inlined.
CREATE FUNCTION errtrack.ring_slot(ring text, at timestamptz) RETURNS smallint
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT mod(floor(date_part('epoch', at - timestamptz '1970-01-01 00:00+00')
                   / date_part('epoch', errtrack.ring_width(ring)))::int, errtrack.ring_leaves(ring))::smallint
$$;
COMMENT ON FUNCTION errtrack.ring_slot(text, timestamptz) IS
  'The leaf of a ring that takes what is written at that time: time / width, modulo the number of leaves.';

DO $$
DECLARE
  ring text;
  leaf text;
BEGIN
  FOREACH ring IN ARRAY ARRAY['occurrences', 'seen_events'] LOOP
    FOR slot IN 0 .. errtrack.ring_leaves(ring) - 1 LOOP
      leaf := format('errtrack.%s_%s', ring, slot);
      EXECUTE format('CREATE TABLE %s PARTITION OF errtrack.%s FOR VALUES IN (%s)', leaf, ring, slot);
      EXECUTE format('COMMENT ON TABLE %s IS %L', leaf, 'A leaf of the ring ' || ring || '.');
      PERFORM pg_extension_config_dump(leaf, '');
    END LOOP;
  END LOOP;
END $$;
