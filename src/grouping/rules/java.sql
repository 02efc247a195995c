-- ---- frame rules: Java and the other languages of its machine ----

-- how a call got there, which the machine does one way at first and another way when it has been made often
INSERT INTO errtrack.frame_rules (platform, module, action, built_in)
SELECT 'java', module, 'drop', true
FROM unnest(ARRAY[
  -- reflection, method handles, proxies
  'java.lang.reflect.*', 'java.lang.invoke.*', 'jdk.internal.reflect.*', 'sun.reflect.*', 'com.sun.proxy.*',
  'jdk.proxy*', '$Proxy*', '*.$Proxy*',
  -- Groovy's calls; what Kotlin shows between a coroutine and the one that started it
  'org.codehaus.groovy.runtime.callsite.*', 'org.codehaus.groovy.reflection.*',
  'org.codehaus.groovy.vmplugin.*', 'org.codehaus.groovy.runtime.ScriptBytecodeAdapter',
  'groovy.lang.MetaClassImpl', '_COROUTINE.*'
]) AS module;

-- what throws for others says nothing of the error: whoever called it does
INSERT INTO errtrack.frame_rules (platform, module, action, built_in)
SELECT 'java', module, 'drop', true
FROM unnest(ARRAY[
  '*Exception', '*Exceptions', '*Error', '*Errors', '*Throwable', '*Throwables',
  '*Preconditions', '*Assert', '*Asserts', '*Assertion', '*Assertions', '*Validate', 'java.util.Objects'
]) AS module;
INSERT INTO errtrack.frame_rules (platform, function, action, built_in)
SELECT 'java', function, 'drop', true
FROM unnest(ARRAY['*Exception', '*Error', '*.throw*', '*.fail', '*.failWith*', '*._throw*', '*._report*',
  '*.assert*', '*.require*', '*.ensure*', '*.checkNotNull', '*.checkArgument*', '*.checkState*']) AS function;

-- what is the same in every program: its frames differ from version to version
INSERT INTO errtrack.frame_rules (platform, module, action, built_in)
SELECT 'java', module, 'drop', true
FROM unnest(ARRAY[
  -- the platform and its languages
  'java.*', 'javax.*', 'jdk.*', 'sun.*', 'com.sun.*', 'dalvik.*', 'libcore.*', 'kotlin.*', 'kotlinx.coroutines.*',
  'scala.*', 'dotty.*', 'groovy.*', 'org.codehaus.groovy.*', 'org.apache.groovy.*', 'clojure.*',
  -- test runners and build tools
  'junit.*', 'org.junit.*', 'org.testng.*', 'org.hamcrest.*', 'org.assertj.*',
  'org.scalatest.*', 'munit.*', 'io.kotest.*', 'org.spockframework.*', 'org.robolectric.*',
  'org.apache.tools.ant.*', 'org.apache.maven.*', 'org.gradle.*', 'worker.org.gradle.*', 'sbt.*',
  'com.intellij.rt.*', 'org.eclipse.jdt.internal.*', 'nrepl.*', 'leiningen.*'
]) AS module;

INSERT INTO errtrack.frame_rules (platform, module, action, built_in)
SELECT 'java', module, 'not_in_app', true
FROM unnest(ARRAY[
  'jakarta.*', 'javafx.*', 'android.*', 'androidx.*', 'com.android.*', 'com.google.android.*', 'kotlinx.*',
  -- tests call the code that fails; and what stands in for it there
  '*Test', '*Tests', '*TestCase', '*Spec', '*Test$*', '*Tests$*', '*TestCase$*', '*Spec$*',
  '*$MockitoMock$*', '*$$EnhancerBy*', '*$$FastClassBy*', 'org.mockito.*',
  -- frameworks that call the application
  'org.springframework.*', 'org.apache.catalina.*', 'org.apache.coyote.*', 'org.apache.tomcat.*',
  'org.apache.jasper.*', 'org.eclipse.jetty.*', 'org.mortbay.*', 'io.netty.*', 'io.undertow.*', 'org.jboss.*',
  'org.wildfly.*', 'weblogic.*', 'com.ibm.ws.*', 'org.hibernate.*', 'reactor.*', 'io.reactivex.*', 'rx.*',
  'akka.*', 'org.apache.pekko.*', 'play.*', 'zio.*', 'cats.effect.*', 'io.ktor.*', 'ring.*', 'compojure.*',
  'org.grails.*', 'grails.*', 'io.vertx.*', 'io.quarkus.*', 'io.micronaut.*', 'io.helidon.*',
  'io.dropwizard.*', 'org.glassfish.*', 'org.apache.cxf.*', 'org.quartz.*', 'io.grpc.*',
  'org.apache.kafka.*', 'org.apache.spark.*', 'org.apache.flink.*', 'com.google.firebase.*',
  -- libraries
  'com.fasterxml.jackson.*', 'com.google.common.*', 'com.google.inject.*', 'okhttp3.*', 'okio.*', 'retrofit2.*',
  'org.apache.http.*', 'org.apache.hc.*', 'feign.*', 'net.bytebuddy.*', 'net.sf.cglib.*', 'javassist.*',
  'org.aspectj.*', 'org.slf4j.*', 'ch.qos.logback.*', 'org.apache.logging.*', 'io.sentry.*',
  'com.zaxxer.hikari.*', 'org.postgresql.*', 'com.mysql.*', 'org.mariadb.*', 'oracle.jdbc.*', 'org.h2.*',
  'com.mongodb.*', 'redis.clients.*', 'io.lettuce.*', 'com.rabbitmq.*', 'software.amazon.awssdk.*'
]) AS module;
