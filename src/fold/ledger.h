/*
 * The ledger of event ids, errtrack.seen_events.
 */
#ifndef ERRTRACK_LEDGER_H
#define ERRTRACK_LEDGER_H

#include "../compat.h"
#include "utils/uuid.h"

typedef struct Ledger Ledger;

extern Ledger *open_ledger(void);
extern bool ledger_holds(Ledger *ledger, int32 project_id, const pg_uuid_t *event_id);
extern void close_ledger(Ledger *ledger);

#endif /* ERRTRACK_LEDGER_H */
