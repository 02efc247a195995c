-- ---- frame rules: dotnet ----

