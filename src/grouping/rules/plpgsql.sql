-- ---- frame rules: plpgsql ----

