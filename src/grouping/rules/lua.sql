-- ---- frame rules: lua ----

