#!/bin/bash
# Writes test/fixtures/<language>_<scenario>.txt: what each failing program of demo/shop prints on stderr.
# Needs root: the programs run as copies in /srv/shop, so that no path of this machine gets into the files.
set -euo pipefail
cd "$(dirname "$0")/.."
fixtures=$PWD/test/fixtures
shop=/srv/shop
order=1001

mkdir -p "$fixtures" /srv
# not -p: a /srv/shop that is already there is somebody else's
mkdir -m 755 "$shop"
trap 'cd /; rm -rf "$shop"' EXIT
cp demo/shop/* "$shop"
cd "$shop"
g++ -g -fsanitize=address -o warehouse shop.cc
mcs -debug -out:shop.exe Shop.cs

# fixture LANGUAGE SCENARIO COMMAND...: runs COMMAND SCENARIO, which must die of an error (64: unknown scenario)
fixture() {
  local file=$fixtures/$1_$2.txt scenario=$2 status=0
  shift 2
  env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    "$@" "$scenario" "$order" >/dev/null 2>"$file.new" </dev/null || status=$?
  if ((status == 0 || status == 64 || status >= 126 && status <= 127)) || [[ ! -s $file.new ]]; then
    echo "$* $scenario: exit status $status, expected an uncaught error:" >&2
    cat "$file.new" >&2
    rm -f "$file.new"
    exit 1
  fi
  mv "$file.new" "$file"
}

for scenario in price stock timeout; do fixture python $scenario python3 $shop/shop.py; done
for scenario in cart payment config; do fixture javascript $scenario node $shop/shop.js; done
for scenario in invoice parse; do fixture java $scenario java $shop/Shop.java; done
for scenario in mail feed; do fixture perl $scenario perl $shop/shop.pl; done
for scenario in refund newsletter menu; do fixture ruby $scenario ruby $shop/shop.rb; done
for scenario in shipping coupon; do fixture php $scenario php -d display_errors=0 -d log_errors=1 $shop/shop.php; done
for scenario in charge export; do fixture dotnet $scenario mono --debug $shop/shop.exe; done
for scenario in label pick; do fixture native $scenario ./warehouse; done
