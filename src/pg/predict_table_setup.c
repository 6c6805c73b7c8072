/*
 * src/pg/predict_table_setup.c
 *	  The arguments of predict_table: tables, columns, and the key by which the
 *	  source can be read piece by piece.
 *
 * Names are looked up once, as the caller's search_path has them, and written
 * with their schema ever after.
 */
#include "pg/predict_table.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/relation.h"
#include "catalog/namespace.h"
#include "catalog/pg_am.h"
#include "catalog/pg_class.h"
#include "catalog/pg_index.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_operator.h"
#include "commands/defrem.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "nodes/makefuncs.h"
#include "optimizer/plancat.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/ruleutils.h"
#include "utils/syscache.h"
#include "utils/typcache.h"
#include "utils/varlena.h"

static char *
qualified(Oid namespace, const char *name)
{
	return pstrdup(quote_qualified_identifier(get_namespace_name(namespace), name));
}

/*
 * find_table
 *		The name of the table that a text names, or of the one to be created.
 */
static char *
find_table(const RangeVar *name, Oid *table)
{
	*table = RangeVarGetRelid(name, NoLock, true);
	if (!OidIsValid(*table))
		return qualified(RangeVarGetCreationNamespace(name), name->relname);
	return qualified(get_rel_namespace(*table), get_rel_name(*table));
}

/*
 * job_check_table
 *		Is this still the table of that name?  The statement that has just used the
 *		name holds a lock on what it found, so the answer is good until the commit.
 */
void
job_check_table(Oid table, const char *name)
{
	const char *now = get_rel_name(table);

	if (now == NULL || strcmp(qualified(get_rel_namespace(table), now), name) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("another table has taken the name %s while the job ran", name),
				 errhint("Call predict_table again when the right one has it.")));
}

/* require_column: its number; a table without it is refused */
static AttrNumber
require_column(Oid table, const char *table_name, const char *column, const char *argument)
{
	AttrNumber	number = get_attnum(table, column);

	if (number == InvalidAttrNumber)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_COLUMN),
				 errmsg("column \"%s\" of table %s does not exist", column, table_name),
				 errhint("Name another with %s => '...'.", argument)));
	if (number < 0)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("system column \"%s\" cannot be the %s of predict_table", column, argument)));
	return number;
}

/*
 * unique_key
 *		Does the index make a single column unique, at once and in every row?  An
 *		index in another order than ORDER BY's would not do.
 */
static bool
unique_key(Relation index, AttrNumber column, const TypeCacheEntry *type, Oid collation)
{
	Form_pg_index form = index->rd_index;

	return form->indisunique && form->indisvalid && form->indimmediate && form->indnkeyatts == 1 &&
		form->indkey.values[0] == column && index->rd_rel->relam == BTREE_AM_OID &&
		heap_attisnull(index->rd_indextuple, Anum_pg_index_indpred, NULL) &&
		index->rd_opfamily[0] == type->btree_opf && index->rd_indcollation[0] == collation;
}

/* primary_column: the column that is the primary key, InvalidAttrNumber when there is none or more than one */
static AttrNumber
primary_column(Relation source)
{
	AttrNumber	column = InvalidAttrNumber;
	ListCell   *cell;

	foreach(cell, RelationGetIndexList(source))
	{
		Relation	index = index_open(lfirst_oid(cell), AccessShareLock);

		if (index->rd_index->indisprimary && index->rd_index->indnkeyatts == 1)
			column = index->rd_index->indkey.values[0];
		index_close(index, AccessShareLock);
	}
	return column;
}

static bool
has_unique_key(Relation source, AttrNumber column, const TypeCacheEntry *type, Oid collation)
{
	bool		found = false;
	ListCell   *cell;

	foreach(cell, RelationGetIndexList(source))
	{
		Relation	index = index_open(lfirst_oid(cell), AccessShareLock);

		found |= unique_key(index, column, type, collation);
		index_close(index, AccessShareLock);
	}
	return found;
}

static char *
operator_text(Oid operator)
{
	HeapTuple	tuple = SearchSysCache1(OPEROID, ObjectIdGetDatum(operator));
	Form_pg_operator form;
	char	   *text;

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for operator %u", operator);
	form = (Form_pg_operator) GETSTRUCT(tuple);
	text = psprintf("OPERATOR(%s.%s)", quote_identifier(get_namespace_name(form->oprnamespace)), NameStr(form->oprname));
	ReleaseSysCache(tuple);
	return text;
}

/*
 * find_key
 *		The key: unique, never null, with an order.  Without these some rows would
 *		be read twice, or never.
 */
static void
find_key(Job *job, Relation source, const char *name)
{
	JobKey	   *key = &job->key;
	AttrNumber	column = name != NULL ? require_column(job->source, job->source_name, name, "key") : primary_column(source);
	Form_pg_attribute attribute;
	TypeCacheEntry *type;

	if (column == InvalidAttrNumber)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("table %s has no primary key of one column", job->source_name),
				 errhint("Name a unique column that is NOT NULL with key => '...'.")));
	attribute = TupleDescAttr(RelationGetDescr(source), column - 1);
	key->name = pstrdup(NameStr(attribute->attname));
	key->type = attribute->atttypid;
	key->typmod = attribute->atttypmod;
	key->collation = attribute->attcollation;
	key->base = getBaseType(key->type);
	get_typlenbyvalalign(key->base, &key->length, &key->byval, &key->align);

	type = lookup_type_cache(key->type, TYPECACHE_BTREE_OPFAMILY | TYPECACHE_GT_OPR | TYPECACHE_EQ_OPR);
	/* keys travel as an array, which unnest() would take apart into the columns of a row */
	if (!OidIsValid(type->gt_opr) || !OidIsValid(type->eq_opr) || !OidIsValid(get_array_type(key->base)) ||
		type_is_rowtype(key->base))
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("column \"%s\" of type %s cannot be a key", key->name, format_type_be(key->type)),
				 errdetail("A key needs a type with an order that is neither an array nor a row.")));

	/* a materialized view cannot say so: job_begin looks */
	if (!attribute->attnotnull && source->rd_rel->relkind != RELKIND_MATVIEW)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("key column \"%s\" of table %s may be null", key->name, job->source_name),
				 errdetail("A row without a key would never be read."),
				 errhint("ALTER TABLE %s ALTER COLUMN %s SET NOT NULL", job->source_name, quote_identifier(key->name))));
	if (!has_unique_key(source, column, type, key->collation))
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("key column \"%s\" of table %s is not unique", key->name, job->source_name),
				 errdetail("A job that stops between two rows of one key would lose the second."),
				 errhint("CREATE UNIQUE INDEX ON %s (%s)", job->source_name, quote_identifier(key->name))));
	key->greater = operator_text(type->gt_opr);
	key->equal = operator_text(type->eq_opr);
}

/* find_input: the column named, or the only one of type tensor1d; not the output */
static void
find_input(Job *job, Relation source, const char *name)
{
	TupleDesc	columns = RelationGetDescr(source);
	AttrNumber	column = InvalidAttrNumber;
	int			found = 0;
	Oid			type;

	if (name != NULL)
		column = require_column(job->source, job->source_name, name, "input");
	else
	{
		for (int i = 0; i < columns->natts; i++)
			if (!TupleDescAttr(columns, i)->attisdropped && getBaseType(TupleDescAttr(columns, i)->atttypid) == job->tensor_type &&
				!(job->in_place && strcmp(NameStr(TupleDescAttr(columns, i)->attname), job->output) == 0))
			{
				column = i + 1;
				found++;
			}
		if (found != 1)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("table %s has %d columns of type tensor1d to choose from", job->source_name, found),
					 errhint("Name the input with input => '...'.")));
	}
	job->input = pstrdup(NameStr(TupleDescAttr(columns, column - 1)->attname));
	type = TupleDescAttr(columns, column - 1)->atttypid;
	if (!is_tensor_like(type, job->tensor_type))
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("input column \"%s\" has type %s, not tensor1d", job->input, format_type_be(type))));
}

/*
 * expected_rows
 *		About how many rows the source has, its partitions included, from its
 *		size on disk and what ANALYZE has found.
 */
static int64
expected_rows(Oid source)
{
	double		rows = 0;
	ListCell   *cell;

	foreach(cell, find_all_inheritors(source, AccessShareLock, NULL))
	{
		Relation	part = relation_open(lfirst_oid(cell), NoLock);
		BlockNumber pages;
		double		tuples = 0;
		double		visible;

		if (part->rd_rel->relkind == RELKIND_RELATION || part->rd_rel->relkind == RELKIND_MATVIEW)
			estimate_rel_size(part, NULL, &pages, &tuples, &visible);
		rows += tuples;
		relation_close(part, NoLock);
	}
	return (int64) rows;
}

static void
read_source(Job *job, const char *key, const char *input)
{
	Relation	source = relation_open(job->source, AccessShareLock);
	char		kind = source->rd_rel->relkind;

	if (kind != RELKIND_RELATION && kind != RELKIND_MATVIEW && kind != RELKIND_PARTITIONED_TABLE)
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_OBJECT_TYPE),
				 errmsg("%s is not a table", job->source_name),
				 errdetail("Only a table or a materialized view can have a key that is known to be unique."),
				 errhint("Score any query in one transaction with INSERT ... SELECT ... FROM predict_query(...).")));
	if (kind == RELKIND_RELATION && has_subclass(job->source) && find_inheritance_children(job->source, NoLock) != NIL)
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_OBJECT_TYPE),
				 errmsg("table %s has tables that inherit from it", job->source_name),
				 errdetail("No index can tell that its key is unique among all of them."),
				 errhint("Score these tables one by one, or make it a partitioned table.")));
	find_key(job, source, key);
	find_input(job, source, input);
	job->expected = expected_rows(job->source);
	relation_close(source, AccessShareLock);
}

static char *
text_argument(FunctionCallInfo fcinfo, int argument)
{
	return PG_ARGISNULL(argument) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(argument));
}

static RangeVar *
name_argument(FunctionCallInfo fcinfo, int argument)
{
	return makeRangeVarFromNameList(textToQualifiedNameList(PG_GETARG_TEXT_PP(argument)));
}

/* check_target: the columns of a target that exists; the rest INSERT will tell */
static void
check_target(const Job *job)
{
	if (!OidIsValid(job->target))
		return;
	(void) require_column(job->target, job->target_name, job->output, "output");
	if (!job->in_place)
		(void) require_column(job->target, job->target_name, job->key.name, "key");
	else if (strcmp(job->output, job->input) == 0 || strcmp(job->output, job->key.name) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the output would overwrite column \"%s\", which is read", job->output),
				 errhint("Name another column with output => '...'.")));
}

/* find_progress: the progress table; without a name <target>_progress, beside the target */
static void
find_progress(Job *job, RangeVar *name, const RangeVar *target)
{
	Oid			progress;

	if (name == NULL)
	{
		Oid			namespace = OidIsValid(job->target) ? get_rel_namespace(job->target) : RangeVarGetCreationNamespace(target);

		name = makeRangeVar(get_namespace_name(namespace), makeObjectName(target->relname, NULL, "progress"), -1);
	}
	job->progress_name = find_table(name, &progress);
	job->progress_missing = !OidIsValid(progress);
	if (!job->progress_missing)
		job_check_progress(job, progress);
	else if (strcmp(job->progress_name, job->target_name) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("table %s cannot be both target and progress table", job->target_name)));
}

/*
 * job_arguments
 *		Fill in what the job was asked for; looks, changes nothing.
 */
void
job_arguments(FunctionCallInfo fcinfo, Job *job)
{
	static const char *const required[] = {"model", "source", "target"};
	char	   *key = PG_ARGISNULL(3) ? NULL : NameStr(*PG_GETARG_NAME(3));
	char	   *input = PG_ARGISNULL(4) ? NULL : NameStr(*PG_GETARG_NAME(4));
	char	   *on_error = text_argument(fcinfo, 9);
	C1dArena	arena = c1d_arena_in(job->context);
	RangeVar   *target;

	job->model = model_argument(fcinfo, 0);
	for (int i = 1; i < 3; i++)
		if (PG_ARGISNULL(i))
			ereport(ERROR,
					(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					 errmsg("the %s is null", required[i])));
	model_read(job->model, &arena, &job->graph);
	for (int i = 0; i < C1D_FINGERPRINT; i++)
		snprintf(job->fingerprint + 2 * i, 3, "%02x", (uint8) job->model->bytes[C1D_NATIVE_FINGERPRINT_AT + i]);
	job->tensor_type = tensor_type_beside(fcinfo->flinfo->fn_oid);
	job->output = PG_ARGISNULL(5) ? "output" : pstrdup(NameStr(*PG_GETARG_NAME(5)));
	job->batch_size = PG_ARGISNULL(8) ? 0 : PG_GETARG_INT32(8);
	if (job->batch_size < 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("batch_size must not be negative"),
				 errhint("0 lets time and memory decide.")));
	if (on_error != NULL && strcmp(on_error, "stop") != 0 && strcmp(on_error, "skip") != 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("on_error must be 'stop' or 'skip'"),
				 errhint("'skip' gives null for a row whose shape the model refuses.")));
	job->skip = on_error != NULL && strcmp(on_error, "skip") == 0;

	job->source = PG_GETARG_OID(1);
	if (get_rel_name(job->source) == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_TABLE),
				 errmsg("the source with OID %u does not exist", job->source)));
	job->source_name = qualified(get_rel_namespace(job->source), get_rel_name(job->source));
	target = name_argument(fcinfo, 2);
	job->target_name = find_table(target, &job->target);
	job->in_place = job->target == job->source;
	read_source(job, key, input);
	check_target(job);
	find_progress(job, PG_ARGISNULL(6) ? NULL : name_argument(fcinfo, 6), target);
	job->name = PG_ARGISNULL(7) ? job->target_name : text_argument(fcinfo, 7);
}

/*
 * job_create_target
 *		A table of the key and the output.
 */
void
job_create_target(Job *job)
{
	const JobKey *key = &job->key;
	StringInfoData sql;

	initStringInfo(&sql);
	appendStringInfo(&sql, "CREATE TABLE %s (%s %s", job->target_name, quote_identifier(key->name),
					 format_type_extended(key->type, key->typmod, FORMAT_TYPE_TYPEMOD_GIVEN | FORMAT_TYPE_FORCE_QUALIFY));
	if (OidIsValid(key->collation))
		appendStringInfo(&sql, " COLLATE %s", generate_collation_name(key->collation));
	appendStringInfo(&sql, " PRIMARY KEY, %s %s)", quote_identifier(job->output),
					 format_type_extended(job->tensor_type, -1, FORMAT_TYPE_FORCE_QUALIFY));
	if (SPI_execute(sql.data, false, 0) != SPI_OK_UTILITY)
		elog(ERROR, "could not create the target");
	job->target = RangeVarGetRelid(makeRangeVarFromNameList(textToQualifiedNameList(cstring_to_text(job->target_name))), NoLock, false);
}
