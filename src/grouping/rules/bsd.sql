-- ---- frame rules: bsd ----

