/*
 * Tables of rules, kept in the memory of a backend and read again when they change.
 */
#include "rule_table.h"

#include "access/table.h"
#include "access/tableam.h"
#include "catalog/namespace.h"
#include "commands/trigger.h"
#include "utils/builtins.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

PG_FUNCTION_INFO_V1(errtrack_rules_changed);

/* All tables that were loaded once. */
static RuleTable *tables = NULL;

/* A relation has changed: if it is one of ours, or all may have, it is read again before its next use. */
static void
on_relcache_change(Datum arg, Oid relid)
{
	for (RuleTable *table = tables; table; table = table->next)
		if (relid == InvalidOid || relid == table->relid)
			table->valid = false;
}

/* errtrack.rules_changed(): AFTER trigger for each statement on a table of rules. */
Datum
errtrack_rules_changed(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = (TriggerData *) fcinfo->context;

	if (!CALLED_AS_TRIGGER(fcinfo))
		ereport(ERROR, (errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
		                errmsg("errtrack.rules_changed() must be called as a trigger")));
	CacheInvalidateRelcache(trigger->tg_relation);
	return PointerGetDatum(NULL);
}

/* A copy of a text column, as a slice without data where it is null. */
Slice
column_text(TupleTableSlot *slot, int column)
{
	bool isnull;
	Datum value = slot_getattr(slot, column, &isnull);
	char *copy;

	if (isnull)
		return NO_SLICE;
	copy = text_to_cstring(DatumGetTextPP(value));
	return slice_of_string(copy);
}

/* Reads all rows of relation into table->rules. */
static void
read_rows(RuleTable *table, Relation relation)
{
	Snapshot snapshot = RegisterSnapshot(GetCatalogSnapshot(table->relid));
	TupleTableSlot *slot = table_slot_create(relation, NULL);
	TableScanDesc scan = table_beginscan(relation, snapshot, 0, NULL);
	MemoryContext old = MemoryContextSwitchTo(table->context);
	int size = 64;

	table->rules = palloc(mul_size(size, table->rule_size));
	while (table_scan_getnextslot(scan, ForwardScanDirection, slot))
	{
		CHECK_FOR_INTERRUPTS();
		if (table->nrules == size)
			table->rules = repalloc(table->rules, mul_size(size *= 2, table->rule_size));
		table->read(slot, (char *) table->rules + table->nrules++ * table->rule_size);
	}
	MemoryContextSwitchTo(old);
	table_endscan(scan);
	ExecDropSingleTupleTableSlot(slot);
	UnregisterSnapshot(snapshot);
}

/*
 * Has table->rules hold what the table holds.  It is read here and not by a
 * query, since whoever may call errtrack.fingerprint() need not have a right to
 * the table.
 */
void
rule_table_load(RuleTable *table)
{
	MemoryContext old;
	Relation relation;

	if (table->valid)
		return;
	if (table->context == NULL)
	{
		if (tables == NULL)
			CacheRegisterRelcacheCallback(on_relcache_change, (Datum) 0);
		table->context = AllocSetContextCreate(TopMemoryContext, "errtrack rules", ALLOCSET_DEFAULT_SIZES);
		table->next = tables;
		tables = table;
	}
	table->relid = get_relname_relid(table->name, get_namespace_oid("errtrack", false));
	if (!OidIsValid(table->relid))
		ereport(ERROR,
		        (errcode(ERRCODE_UNDEFINED_TABLE), errmsg("table errtrack.%s does not exist", table->name),
		         errhint("Run CREATE EXTENSION errtrack in this database.")));
	MemoryContextReset(table->context);
	table->nrules = 0;
	relation = table_open(table->relid, AccessShareLock);
	table->valid = true; /* a change from here on makes it false again */
	PG_TRY();
	{
		read_rows(table, relation);
		qsort(table->rules, table->nrules, table->rule_size, table->compare);
		old = MemoryContextSwitchTo(table->context);
		if (table->loaded)
			table->loaded();
		MemoryContextSwitchTo(old);
	}
	PG_CATCH();
	{
		/* half of the rules would be worse than none */
		table->valid = false;
		PG_RE_THROW();
	}
	PG_END_TRY();
	table_close(relation, AccessShareLock);
}
