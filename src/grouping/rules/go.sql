-- ---- frame rules: go ----

