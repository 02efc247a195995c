-- ---- how much room it takes -----------------------------------------------------------------------------------------

-- Tables are told apart by their names; one that nobody has thought of here is among the others.
CREATE VIEW errtrack.storage AS
WITH relation AS (
  SELECT c.oid, c.relname, substring(c.relname FROM '^(occurrences|seen_events)_[0-9]+$') AS ring,
         CASE WHEN c.relname ~ '^(raw_events|inbox|restore_epoch|shed_events)' THEN 1
              WHEN c.relname ~ '^occurrences' THEN 2
              WHEN c.relname ~ '^seen_events' THEN 3
              WHEN c.relname ~ '^(issue|environment)_counts' THEN 4
              WHEN c.relname ~ '^(issues|fingerprints|issue_releases|issue_ignores|issue_activity|releases|deploys)$' THEN 5
              WHEN c.relname ~ '_people$' THEN 6
              WHEN c.relname ~ '_facets$' THEN 7
              WHEN c.relname ~ '^alert' THEN 8
              WHEN c.relname ~ '_rules$' THEN 9
              WHEN c.relname ~ '^(set_aside_events|dead_letters)$' THEN 10
              ELSE 11 END AS part,
         greatest(c.reltuples, pg_stat_get_live_tuples(c.oid), 0)::bigint AS rows,
         pg_relation_size(c.oid) AS bytes, pg_table_size(c.oid) AS table_bytes, pg_indexes_size(c.oid) AS index_bytes
  FROM pg_class AS c
  WHERE c.relnamespace = 'errtrack'::regnamespace AND c.relkind = 'r'
),
leaf AS (
  SELECT r.*, errtrack.ring_leaves(r.ring) AS leaves,
         -- it was last filled so many widths ago
         date_bin(errtrack.ring_width(r.ring), errtrack.clock(), '1970-01-01 00:00+00')
           - mod(errtrack.ring_slot(r.ring, errtrack.clock()) - substring(r.relname FROM '[0-9]+$')::int
                 + errtrack.ring_leaves(r.ring), errtrack.ring_leaves(r.ring)) * errtrack.ring_width(r.ring) AS since
  FROM relation AS r
)
SELECT (ARRAY['inbox', 'occurrences', 'event ids', 'time buckets', 'issues and fingerprints', 'people', 'tags', 'alerts',
              'rules', 'set aside', 'other'])[l.part] AS part,
       pg_size_pretty(sum(l.table_bytes + l.index_bytes)) AS size,
       sum(l.rows)::bigint AS rows,
       sum(l.bytes)::bigint AS heap_bytes,
       sum(l.table_bytes - l.bytes)::bigint AS toast_bytes,
       sum(l.index_bytes)::bigint AS index_bytes,
       sum(l.table_bytes + l.index_bytes)::bigint AS total_bytes,
       count(*)::int AS relations,
       count(*) FILTER (WHERE l.bytes > 0) || ' of ' || max(l.leaves) AS leaves_in_use,
       min(l.since) FILTER (WHERE l.bytes > 0) AS leaves_since
FROM leaf AS l
GROUP BY l.part
ORDER BY l.part;
COMMENT ON VIEW errtrack.storage IS 'How much room errtrack takes, by part.';
COMMENT ON COLUMN errtrack.storage.part IS 'Which tables: inbox, occurrences, event ids, time buckets, issues and fingerprints, people, tags, alerts, rules, set aside, other.';
COMMENT ON COLUMN errtrack.storage.size IS 'total_bytes, for people.';
COMMENT ON COLUMN errtrack.storage.rows IS 'About how many rows, as the server estimates.';
COMMENT ON COLUMN errtrack.storage.heap_bytes IS 'Rows.';
COMMENT ON COLUMN errtrack.storage.toast_bytes IS 'Long values that are stored apart, with their index; and the maps of free space and of what is visible.';
COMMENT ON COLUMN errtrack.storage.index_bytes IS 'Indexes.';
COMMENT ON COLUMN errtrack.storage.total_bytes IS 'All of it.';
COMMENT ON COLUMN errtrack.storage.relations IS 'How many tables or leaves.';
COMMENT ON COLUMN errtrack.storage.leaves_in_use IS 'Of a ring: how many of its leaves hold something.';
COMMENT ON COLUMN errtrack.storage.leaves_since IS 'Of a ring: when the span of the oldest of these begins.';
