-- ---- frame rules: PHP ----

INSERT INTO errtrack.frame_rules (platform, file, action, built_in)
SELECT 'php', file, 'not_in_app', true
FROM unnest(ARRAY[
  -- Composer's packages, PEAR's, archives
  '*/vendor/*', 'vendor/*', E'*\\vendor\\*', '/usr/share/php/*', '/usr/share/pear/*', 'phar://*', '*/pear/*',
  -- WordPress, Drupal and other applications that call those of others
  '*/wp-includes/*', '*/wp-admin/*', '*/wp-load.php', '*/wp-settings.php', '*/wp-config.php', '*/wp-blog-header.php',
  '*/core/lib/Drupal/*', '*/core/modules/*',
  -- what is compiled from templates and containers
  '*/var/cache/*', '*/bootstrap/cache/*'
]) AS file;

INSERT INTO errtrack.frame_rules (platform, module, action, built_in)
SELECT 'php', module, 'not_in_app', true
FROM unnest(ARRAY[
  -- frameworks and libraries, where the text has no file of theirs
  E'Illuminate\\*', E'Laravel\\*', E'Symfony\\*', E'Doctrine\\*', E'Twig\\*', E'Monolog\\*', E'GuzzleHttp\\*', E'Psr\\*',
  E'Composer\\*', E'PHPUnit\\*', E'PhpParser\\*', E'Carbon\\*', E'League\\*', E'Laminas\\*', E'Zend\\*', 'Zend_*', E'Yiisoft\\*',
  E'yii\\*', E'Cake\\*', E'Slim\\*', E'Drupal\\Core\\*', E'Sentry\\*', E'Nette\\*', E'CodeIgniter\\*',
  -- PHP's own classes
  'PDO', 'PDOStatement', 'mysqli', 'mysqli_stmt', 'SoapClient', 'SoapServer', 'ReflectionClass', 'ReflectionMethod',
  'ReflectionFunction', 'Generator', 'Closure', 'ArrayObject', 'ArrayIterator', 'DateTime', 'DateTimeImmutable',
  'DateInterval', 'SimpleXMLElement', 'DOMDocument', 'SplFileObject', 'Redis', 'Memcached'
]) AS module;

-- functions that call those they were given
INSERT INTO errtrack.frame_rules (platform, function, action, built_in)
SELECT 'php', function, 'not_in_app', true
FROM unnest(ARRAY[
  'array_map', 'array_filter', 'array_walk', 'array_walk_recursive', 'array_reduce', 'usort', 'uasort', 'uksort',
  'call_user_func', 'call_user_func_array', 'iterator_apply', 'iterator_to_array', 'preg_replace_callback',
  'spl_autoload_call', 'ob_end_flush', 'ob_get_clean', 'register_shutdown_function', 'trigger_error'
]) AS function;
