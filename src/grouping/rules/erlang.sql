-- ---- frame rules: erlang ----

