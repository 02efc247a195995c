-- ---- frame rules: rust ----

