-- ---- frame rules: perl ----

