-- ---- frame rules: r ----

