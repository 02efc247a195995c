-- ---- frame rules: Java and the other languages of its machine ----

INSERT INTO errtrack.frame_rules (platform, module, action, built_in)
SELECT 'java', module, 'not_in_app', true
FROM unnest(ARRAY[
  -- the platform and its languages
  'java.*', 'javax.*', 'jdk.*', 'sun.*', 'com.sun.*', 'jakarta.*', 'android.*', 'androidx.*', 'dalvik.*',
  'com.android.*', 'kotlin.*', 'kotlinx.*', 'scala.*', 'groovy.*', 'org.codehaus.groovy.*',
  'org.apache.groovy.*', 'clojure.*',
  -- test runners and build tools
  'junit.*', 'org.junit.*', 'org.testng.*', 'org.hamcrest.*', 'org.mockito.*', 'org.assertj.*',
  'org.apache.tools.ant.*', 'org.apache.maven.*', 'org.gradle.*', 'worker.org.gradle.*', 'com.intellij.rt.*',
  'org.eclipse.jdt.internal.*',
  -- frameworks that call the application
  'org.springframework.*', 'org.apache.catalina.*', 'org.apache.coyote.*', 'org.apache.tomcat.*',
  'org.eclipse.jetty.*', 'io.netty.*', 'io.undertow.*', 'org.jboss.*', 'org.hibernate.*', 'reactor.*',
  'io.reactivex.*', 'rx.*', 'akka.*', 'play.*', 'io.vertx.*', 'io.quarkus.*', 'io.micronaut.*',
  'org.glassfish.*', 'com.fasterxml.jackson.*', 'com.google.common.*', 'okhttp3.*', 'retrofit2.*',
  'net.bytebuddy.*', 'net.sf.cglib.*', 'org.aspectj.*', 'org.slf4j.*', 'ch.qos.logback.*',
  'com.zaxxer.hikari.*', 'org.postgresql.*', 'com.mysql.*'
]) AS module;

