/*
 * What differs between versions of the server.  The only file that knows
 * PG_VERSION_NUM.
 */
#ifndef ERRTRACK_COMPAT_H
#define ERRTRACK_COMPAT_H

#include "postgres.h"

#include "utils/datetime.h"

#if PG_VERSION_NUM < 150000
#error "errtrack needs PostgreSQL 15 or newer"
#endif

/* What a setting's check hook leaves to its assign hook is freed by the server, before 16 with free(). */
#if PG_VERSION_NUM < 160000
#define guc_malloc(elevel, size) malloc(size)
#endif

/* DecodeDateTime(), which since 16 has more to say of an error. */
static inline int
decode_date_time(char **fields, int *types, int nfields, int *type, struct pg_tm *tm, fsec_t *fsec, int *zone)
{
#if PG_VERSION_NUM < 160000
	return DecodeDateTime(fields, types, nfields, type, tm, fsec, zone);
#else
	DateTimeErrorExtra extra;

	return DecodeDateTime(fields, types, nfields, type, tm, fsec, zone, &extra);
#endif
}

#endif /* ERRTRACK_COMPAT_H */
