-- ---- frame rules: R ----

-- the functions that throw
INSERT INTO errtrack.frame_rules (platform, function, action, built_in)
SELECT 'r', function, 'drop', true
FROM unnest(ARRAY[
  'stop', 'base::stop', 'abort', 'rlang::abort', 'rlang:::signal_abort', 'stopifnot', 'base::stopifnot',
  'cli::cli_abort', 'cli_abort', 'signalCondition', 'base::signalCondition', 'h', '.handleSimpleError',
  'base::.handleSimpleError'
]) AS function;

INSERT INTO errtrack.frame_rules (platform, module, action, built_in)
SELECT 'r', module, 'not_in_app', true
FROM unnest(ARRAY[
  -- packages of R itself
  'base', 'stats', 'utils', 'methods', 'graphics', 'grDevices', 'tools', 'parallel', 'compiler',
  -- what evaluates the code of others
  'rlang', 'cli', 'vctrs', 'lifecycle', 'magrittr', 'purrr', 'furrr', 'future', 'dplyr', 'tidyr', 'tibble', 'tidyselect',
  'readr', 'ggplot2', 'data.table', 'shiny', 'promises', 'later', 'httpuv', 'plumber', 'knitr', 'rmarkdown',
  'evaluate', 'withr', 'R6', 'foreach', 'doParallel', 'BiocParallel', 'testthat', 'pkgload', 'devtools', 'targets'
]) AS module;

-- the same where no package is named
INSERT INTO errtrack.frame_rules (platform, function, action, built_in)
SELECT 'r', function, 'not_in_app', true
FROM unnest(ARRAY[
  -- calls of functions that were given
  'lapply', 'sapply', 'vapply', 'mapply', 'tapply', 'Map', 'Filter', 'Reduce', 'apply', 'outer', 'do.call',
  'Recall', 'match.fun', 'unlist', 'map', 'map_*',
  -- the verbs that rlang names in a heading
  'mutate', 'summarise', 'summarize', 'transmute', 'reframe', 'group_by', 'arrange', 'across', 'if_any', 'if_all',
  '*_join', 'bind_rows', 'pivot_longer', 'pivot_wider', 'unnest', 'pmap', 'pmap_*', 'map2', 'map2_*', 'imap', 'vec_*',
  -- evaluation
  'eval', 'evalq', 'eval.parent', 'local', 'source', 'sys.source', 'withVisible', 'with', 'with.default', 'within',
  'Rscript', 'force', 'library', 'require', 'loadNamespace', 'requireNamespace', 'UseMethod', 'NextMethod',
  'standardGeneric',
  -- handlers
  'try', 'tryCatch', 'tryCatchList', 'tryCatchOne', 'doTryCatch', 'withCallingHandlers', 'value[[3L]]',
  'withRestarts', 'withOneRestart', 'doWithOneRestart', 'suppressWarnings', 'suppressMessages', 'on.exit', 'warning',
  -- Shiny
  'runApp', 'shinyApp', 'observeEventHandler', 'renderFunc', 'reactive*', '..stacktraceon..', '..stacktraceoff..'
]) AS function;
