-- ---- frame rules: native ----

