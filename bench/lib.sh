# What the measures share. bench/run has made the cluster, which libpq's environment variables name.
set -Eeuo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
measure=$(basename "$0")
work=${BENCH_WORK:?run this by bench/run $measure} # a directory that the server can read
bindir=$("$PG_CONFIG" --bindir)
rounds=${BENCH_ROUNDS:-3}
export PSQLRC=/dev/null PGOPTIONS="-c client_min_messages=warning"
trap 'echo "bench: bench/$measure failed in line $LINENO" >&2' ERR

sql() { psql -qX -v ON_ERROR_STOP=1 "$@"; }
value() { sql -At -c "$1"; }
now() { date +%s%N; }

# since TIME: the seconds from then to now
since() { calc "($(now) - $1) / 1e9" %.3f; }

# calc EXPRESSION [FORMAT]
calc() { awk "BEGIN { printf \"${2:-%.1f}\", $1 }"; }

# expect WHAT EXPECTED ACTUAL
expect() {
  [ "$2" = "$3" ] || { echo "bench: WRONG: $1: expected $2, found $3" >&2; exit 1; }
}

# median [FORMAT]: of the numbers on standard input
median() { sort -g | awk -v f="${1:-%s}" '{ v[NR] = $1 } END { printf f, (v[int((NR + 1) / 2)] + v[int(NR / 2) + 1]) / 2 }'; }

# percentile P: of the numbers on standard input
percentile() { sort -g | awk -v p="$1" '{ v[NR] = $1 } END { i = int(NR * p / 100 + 0.999999); print v[i < 1 ? 1 : i] }'; }

# ratios A B: those of the numbers in two files, line by line, as "median (least-greatest)"
ratios() {
  paste "$1" "$2" | awk '{ print $1 / $2 }' | sort -g |
    awk '{ v[NR] = $1 } END { printf "%.2f (%.2f-%.2f)", (v[int((NR + 1) / 2)] + v[int(NR / 2) + 1]) / 2, v[1], v[NR] }'
}

# in_turn ROUND A B …: what is compared, in the other order every other round, so that a drift is nobody's advantage
in_turn() {
  if (($1 % 2)); then printf '%s\n' "${@:2}" | tac; else printf '%s\n' "${@:2}"; fi
}

title() { printf '\n%s\n%s\n\n' "$measure: $1" "$(printf '%*s' $((${#measure} + 2 + ${#1})) '' | tr ' ' -)"; }

# ---- databases -----------------------------------------------------------------------------------------------------

# The columns that an application fills, and what is compared with: the same ones, the time, and a key.
columns="level, platform, stack_trace, environment, release, server_name, transaction, user_id, session_id, request, tags"

# database NAME [SETTING=VALUE …]: makes a database with errtrack and the bare table; the measure goes on in it
database() {
  local setting
  export PGDATABASE=postgres
  sql -c "DROP DATABASE IF EXISTS bench_$1 WITH (FORCE)" -c "CREATE DATABASE bench_$1"
  for setting in "${@:2}"; do
    sql -c "ALTER DATABASE bench_$1 SET errtrack.${setting%%=*} = '${setting#*=}'"
  done
  PGDATABASE=bench_$1
  sql -c "CREATE EXTENSION errtrack" -c "
    CREATE TABLE bare (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      received_at timestamptz NOT NULL DEFAULT now(),
      level text, platform text, stack_trace text, environment text, release text, server_name text,
      transaction text, user_id text, session_id text, request jsonb, tags jsonb)"
}

# empty: both tables, where all is folded, so that each round begins alike
empty() { sql -c "TRUNCATE bare, errtrack.raw_events" -c CHECKPOINT; }

# counted: how many events the issues have
counted() { value "SELECT coalesce(sum(occurrence_count), 0) FROM errtrack.issues"; }

# wait_counted N: waits until the issues have N events, which is also the proof that none is lost or counted twice;
# fails where they have more, or none is added for a minute
wait_counted() {
  sql <<SQL
DO \$\$
DECLARE
  found bigint;
  before bigint := -1;
  deadline timestamptz;
BEGIN
  LOOP
    SELECT coalesce(sum(occurrence_count), 0) INTO found FROM errtrack.issues;
    EXIT WHEN found = $1;
    IF found <> before THEN
      before := found;
      deadline := clock_timestamp() + '1 min';
    END IF;
    IF found > $1 OR clock_timestamp() > deadline THEN
      RAISE EXCEPTION '% events of $1 are counted', found;
    END IF;
    COMMIT;
    PERFORM pg_sleep(0.005);
  END LOOP;
END \$\$;
SQL
}

# worker_pid: waits for the worker of the database to be there
worker_pid() {
  local pid=""
  for ((try = 0; try < 200; try++)); do
    pid=$(value "SELECT pid FROM pg_stat_activity WHERE backend_type = 'errtrack worker' AND datname = current_database()")
    [ -z "$pid" ] || break
    value "SELECT pg_sleep(0.05)" >/dev/null
  done
  echo "${pid:?bench: no worker runs}"
}

# consume_all DATABASE: folds by hand, as the worker would, until nothing is left
consume_all() {
  PGDATABASE=bench_$1 sql <<'SQL'
SET synchronous_commit = off;
DO $$
BEGIN
  LOOP
    EXIT WHEN errtrack.consume(5000) = 0;
    COMMIT;
  END LOOP;
END $$;
SQL
}

# ---- events --------------------------------------------------------------------------------------------------------

sed 's/@FUNCTION@/loada/' bench/trace.txt >"$work/trace"
cp bench/trace.txt "$work/template"
chmod 644 "$work/trace" "$work/template"

# event_rows COUNT [ERRORS]: a query for so many events of 100 errors (or ERRORS), 2.2 kB each
event_rows() {
  echo "SELECT 'error', 'java',
           replace(replace(template, '@FUNCTION@', 'load' || translate((n % ${2:-100})::text, '0123456789', 'abcdefghij')),
                   'order 48213', 'order ' || n),
           'production', '1.4.' || n % 3, 'web-' || n % 8, 'POST /checkout',
           'user-' || n * 7919::bigint % 5000, md5((n % 20000)::text),
           jsonb_build_object('url', 'https://shop.example/checkout/' || n, 'method', 'POST'),
           jsonb_build_object('region', 'eu-' || n % 3, 'plan', CASE n % 7 WHEN 0 THEN 'business' ELSE 'free' END)
         FROM pg_read_file('$work/template') AS template, generate_series(1, $1) AS n"
}

# events_file FILE COUNT [ERRORS]: writes them for COPY, and again in pieces of 5,000: FILE.aa, FILE.ab, …
events_file() {
  sql -c "COPY ($(event_rows "${@:2}")) TO STDOUT" >"$work/$1"
  split -l 5000 "$work/$1" "$work/$1."
  chmod 644 "$work/$1"*
}

# known ERRORS [EVENTS]: makes so many errors known, whose first events are over: their releases, environments and, where
# sample_first is not larger than 10, their samples
known() {
  local before
  before=$(counted)
  sql -c "INSERT INTO errtrack.raw_events ($columns) $(event_rows $(($1 * 30)) "$1")"
  if [ "$(value "SELECT current_setting('errtrack.worker', true)")" = off ]; then
    consume_all "${PGDATABASE#bench_}"
  fi
  wait_counted $((before + $1 * 30))
}

# insert_script TABLE [FUNCTION]: for pgbench -M prepared -D trace=…, a single INSERT; FUNCTION: what replaces the template's
insert_script() {
  cat <<SQL
\set user random(1, 5000)
INSERT INTO $1 ($columns)
VALUES ('error', 'java', ${2:+replace(}:trace${2:+, '@FUNCTION@', $2)}, 'production', '1.4.0', 'web-1', 'POST /checkout', :user, :user,
        '{"url": "https://shop.example/checkout", "method": "POST"}', '{"region": "eu-1", "plan": "free"}');
SQL
}

# run_pgbench OPTION …: leaves what it says in $work/pgbench, and the number of transactions in $transactions
run_pgbench() {
  "$bindir/pgbench" -n "$@" >"$work/pgbench" 2>&1 || { cat "$work/pgbench" >&2; exit 1; }
  transactions=$(sed -n 's/^number of transactions actually processed: \([0-9]*\).*/\1/p' "$work/pgbench")
}
tps() { sed -n 's/^tps = \([0-9.]*\).*/\1/p' "$work/pgbench"; }
