-- ---- frame rules: dart ----

