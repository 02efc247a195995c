/*
 * What differs between versions of the server.  The only file that knows
 * PG_VERSION_NUM.
 */
#ifndef ERRTRACK_COMPAT_H
#define ERRTRACK_COMPAT_H

#include "postgres.h"

#if PG_VERSION_NUM < 150000
#error "errtrack needs PostgreSQL 15 or newer"
#endif

#endif /* ERRTRACK_COMPAT_H */
