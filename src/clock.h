/*
 * The time as errtrack takes it.
 */
#ifndef ERRTRACK_CLOCK_H
#define ERRTRACK_CLOCK_H

#include "compat.h"
#include "datatype/timestamp.h"

extern void clock_init(void);
extern TimestampTz clock_now(void);
extern bool clock_read(const char *text, TimestampTz *time);

#endif /* ERRTRACK_CLOCK_H */
