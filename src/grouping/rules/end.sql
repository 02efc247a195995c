-- ---- frame rules: those that come with errtrack are all there ----

CREATE TRIGGER check_frame_rule BEFORE INSERT OR UPDATE ON errtrack.frame_rules
  FOR EACH ROW EXECUTE FUNCTION errtrack.check_frame_rule();

-- lower ids are for those of later versions, so that a dump of one's own rules can be restored into them
ALTER TABLE errtrack.frame_rules ALTER COLUMN rule_id RESTART WITH 100000;
