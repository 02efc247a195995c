# errtrack: error tracking inside PostgreSQL.
#
#   make deps     (root) installs what building, running and testing needs
#   make          builds;  make install  installs
#   make demo     (root) shows what it does, in a throw-away cluster
#   make check    (root) runs all tests, in throw-away clusters
#   make bench    (root) measures, in a throw-away cluster; bench/run NAME … for some measures
#   make fuzz     looks for text that crashes a parser, for SECONDS=60; as root, for JSON that crashes the server, too
#   make valgrind (root) runs tests under valgrind, in a server of its own that is built for that

EXTENSION = errtrack
MODULE_big = errtrack
DATA = errtrack--1.0.sql

OBJS = $(patsubst %.c,%.o,$(filter-out src/alerts/listen.c,$(wildcard src/*.c src/*/*.c)))

# The install script is assembled from these, in this order: each may use what stands before it.
SQL_PARTS = \
	src/errtrack.sql \
	src/clock.sql \
	src/capture/projects.sql \
	src/inbox/inbox_slot.sql \
	src/capture/raw_events.sql \
	src/capture/capture.sql \
	src/inbox/shed.sql \
	src/stack/stack.sql \
	src/grouping/frame_rules.sql \
	src/grouping/rules/python.sql \
	src/grouping/rules/java.sql \
	src/grouping/rules/javascript.sql \
	src/grouping/rules/go.sql \
	src/grouping/rules/ruby.sql \
	src/grouping/rules/php.sql \
	src/grouping/rules/dotnet.sql \
	src/grouping/rules/rust.sql \
	src/grouping/rules/native.sql \
	src/grouping/rules/apple.sql \
	src/grouping/rules/dart.sql \
	src/grouping/rules/erlang.sql \
	src/grouping/rules/perl.sql \
	src/grouping/rules/lua.sql \
	src/grouping/rules/r.sql \
	src/grouping/rules/plpgsql.sql \
	src/grouping/rules/kernel.sql \
	src/grouping/rules/bsd.sql \
	src/grouping/rules/end.sql \
	src/grouping/fingerprint_rules.sql \
	src/grouping/grouping.sql \
	src/releases/release_order.sql \
	src/issues/issues.sql \
	src/issues/counts.sql \
	src/issues/occurrences.sql \
	src/storage/rings.sql \
	src/people/sketch.sql \
	src/tags/tags.sql \
	src/alerts/alerts.sql \
	src/releases/releases.sql \
	src/life_cycle/activity.sql \
	src/life_cycle/ignoring.sql \
	src/life_cycle/verbs.sql \
	src/life_cycle/reaction.sql \
	src/life_cycle/auto_resolve.sql \
	src/reading/text.sql \
	src/reading/lists.sql \
	src/reading/issue_detail.sql \
	src/reading/environment_counts.sql \
	src/reading/release_health.sql \
	src/reading/search.sql \
	src/inbox/inbox.sql \
	src/inbox/rotation.sql \
	src/fold/quotas.sql \
	src/fold/fold.sql \
	src/consumer/consume.sql \
	src/fold/dead_letters.sql \
	src/consumer/worker.sql \
	src/consumer/health.sql \
	src/reading/inbox_status.sql \
	src/issues/regroup.sql \
	src/storage/upkeep.sql \
	src/storage/storage.sql \
	src/storage/parameters.sql \
	src/deleting/deleting.sql \
	src/jobs/jobs.sql \
	src/roles.sql

LISTEN = bin/errtrack-listen
EXTRA_CLEAN = $(LISTEN) src/*.o src/*/*.o src/*.bc src/*/*.bc

PG_CONFIG ?= pg_config
PG_CPPFLAGS = -I$(srcdir)/src
PG_CFLAGS = -Wall -Wextra -Werror -Wno-unused-parameter -Wno-sign-compare -Wno-missing-field-initializers
SHLIB_LINK = -lcrypto
PGXS := $(shell $(PG_CONFIG) --pgxs 2>/dev/null)

# The targets for people need no PostgreSQL to be there, nor PGXS, which has a "check" of its own.
ifneq ($(filter deps demo check bench fuzz valgrind,$(MAKECMDGOALS)),)

.PHONY: deps demo check bench fuzz valgrind
deps:
	scripts/deps

demo: deps
	demo/run

check: deps
	scripts/check

bench: deps
	bench/run

SECONDS = 60
fuzz:
	test/fuzz/run $(SECONDS)

valgrind:
	test/valgrind/run

else

include $(PGXS)

all: $(LISTEN) errtrack--1.0.sql

$(LISTEN): src/alerts/listen.c
	mkdir -p bin
	$(CC) $(CFLAGS) -I$(includedir) $< -L$(libdir) -lpq -o $@

install: install-listen
.PHONY: install-listen
install-listen: $(LISTEN)
	$(MKDIR_P) '$(DESTDIR)$(bindir)'
	$(INSTALL_PROGRAM) $(LISTEN) '$(DESTDIR)$(bindir)/errtrack-listen'

uninstall: uninstall-listen
.PHONY: uninstall-listen
uninstall-listen:
	rm -f '$(DESTDIR)$(bindir)/errtrack-listen'

# Every object depends on every header: they are few, and a stale object costs more than a build.
$(OBJS): $(wildcard src/*.h src/*/*.h)

errtrack--1.0.sql: $(SQL_PARTS)
	cat $(SQL_PARTS) > $@

endif
