/*
 * What the server-side files share: errtrack's own tables, slices of datums,
 * memory, and JSON members.
 */
#ifndef ERRTRACK_SERVER_H
#define ERRTRACK_SERVER_H

#include "compat.h"
#include "fmgr.h"
#include "portable.h"
#include "utils/jsonb.h"
#include "utils/relcache.h"

/* A scan of one of errtrack's tables: see begin_own_scan(). */
typedef struct OwnScan
{
	Relation relation;
	struct TableScanDescData *scan;
	struct TupleTableSlot *row;
} OwnScan;

extern Relation open_own_table(const char *name);
extern bool begin_own_scan(OwnScan *scan, const char *name);
extern bool next_own_row(OwnScan *scan);
extern void end_own_scan(OwnScan *scan);
extern Allocator palloc_allocator(void);
extern Slice slice_of_text(text *value);
extern text *text_of_slice(Slice s);
extern Slice slice_clip(Slice s, size_t limit);

extern bool json_member(JsonbContainer *object, const char *key, JsonbValue *value);
extern Slice json_text(const JsonbValue *value);
extern Slice json_member_text(JsonbContainer *object, const char *key);
extern Slice json_member_start(JsonbContainer *object, const char *key, int limit);
extern JsonbContainer *json_member_container(JsonbContainer *object, const char *key);
extern JsonbContainer *json_container(const JsonbValue *value);
extern Jsonb *json_copy(const JsonbValue *value);

/* s is there, and not empty. */
static inline bool
has_text(Slice s)
{
	return s.data != NULL && s.len > 0;
}

#endif /* ERRTRACK_SERVER_H */
