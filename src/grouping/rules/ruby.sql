-- ---- frame rules: ruby ----

