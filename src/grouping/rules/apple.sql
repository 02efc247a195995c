-- ---- frame rules: apple ----

