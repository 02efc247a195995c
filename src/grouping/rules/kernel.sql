-- ---- frame rules: kernel ----

