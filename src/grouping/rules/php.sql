-- ---- frame rules: php ----

