-- ---- frame rules: those that come with errtrack are all there ----

CREATE TRIGGER check_frame_rule BEFORE INSERT OR UPDATE ON errtrack.frame_rules
  FOR EACH ROW EXECUTE FUNCTION errtrack.check_frame_rule();

