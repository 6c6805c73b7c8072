/*
 * src/pg/tensor_place.c
 *	  tensor1d_agg_at: rows with their positions, in any order ->
 *	  (timesteps, channels).
 *
 * Since order does not matter it combines: it runs in parallel workers, on
 * partitions and on shards.  The state is a bytea, a type every node can send:
 * channels and count (int32 each), then the entries, each a position (int32)
 * and its channels (float4), then room for more; the empty bytea is "no row
 * yet".  Within an aggregate it is ours and grows in place; called from
 * elsewhere these functions work on a copy.
 */
#include "pg/tensor_rows.h"

#define FIRST_SIZE 256

typedef struct Placed
{
	int32		vl_len_;
	int32		channels;
	int32		count;
	int32		word[FLEXIBLE_ARRAY_MEMBER];	/* of the entries */
} Placed;

#define PLACED_HEADER offsetof(Placed, word)

/* words_of: the 4-byte words of count entries. */
static int64
words_of(int64 count, int64 channels)
{
	return count * (channels + 1);
}

/*
 * checked
 *		Look into a state: anybody can call these functions with any bytea.
 *		NULL: no row yet.
 */
static Placed *
checked(bytea *state)
{
	Placed	   *placed = (Placed *) state;
	int64		room;

	if (VARSIZE(state) == VARHDRSZ)
		return NULL;
	room = ((int64) VARSIZE(state) - (int64) PLACED_HEADER) / (int64) sizeof(int32);
	if (VARSIZE(state) < PLACED_HEADER || placed->channels < 1 || placed->count < 1 ||
		placed->count > room / ((int64) placed->channels + 1))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("invalid state of tensor1d_agg_at")));
	return placed;
}

/*
 * with_room
 *		The state, or a larger copy of it, with room for count entries in all.
 */
static Placed *
with_room(Placed *placed, int64 count, int64 channels)
{
	Size		wanted = PLACED_HEADER + (Size) words_of(count, channels) * sizeof(int32);
	Size		size = placed ? VARSIZE(placed) : 0;
	Placed	   *larger;

	if (wanted <= size)
		return placed;
	if (!AllocSizeIsValid(wanted))
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("too many rows for tensor1d_agg_at"),
				 errdetail("Rows and their positions may take 1 GB."),
				 errhint("tensor1d_agg(value ORDER BY position) needs less memory.")));
	size = Max(Min(Max(size * 2, FIRST_SIZE), MaxAllocSize), wanted);
	larger = palloc0(size);
	if (placed)
		memcpy(larger, placed, VARSIZE(placed));
	SET_VARSIZE(larger, size);
	larger->channels = (int32) channels;
	return larger;
}

/* own_state: argument 0, changeable; NULL: no row yet. */
static Placed *
own_state(FunctionCallInfo fcinfo)
{
	return checked(AggCheckCallContext(fcinfo, NULL) ? PG_GETARG_BYTEA_P(0) : PG_GETARG_BYTEA_P_COPY(0));
}

/* place: the transition (state, position, value). */
static Datum
place(FunctionCallInfo fcinfo, RowsFrom from)
{
	Placed	   *placed = own_state(fcinfo);
	int32		position = PG_GETARG_INT32(1);
	int64		count = placed ? placed->count : 0;
	Rows		rows;
	int32	   *entry;

	from(fcinfo, 2, &rows);
	if (position < 1 || position > C1D_MAX_ELEMENTS)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("position %d of tensor1d_agg_at() is out of range", position),
				 errhint("Positions count from 1: row_number() OVER (ORDER BY ...).")));
	if (rows.steps != 1)
		ereport(ERROR,
				(errcode(ERRCODE_DATA_EXCEPTION),
				 errmsg("tensor1d_agg_at() takes one step a row"),
				 errdetail("The value has shape (%lld,%lld).", (long long) rows.steps, (long long) rows.channels),
				 errhint("flatten(value) makes one step of it.")));
	rows_check_channels(&rows, placed ? placed->channels : rows.channels, count);

	placed = with_room(placed, count + 1, rows.channels);
	entry = placed->word + words_of(count, rows.channels);
	entry[0] = position;
	memcpy(entry + 1, rows.data, (Size) rows.channels * sizeof(float));
	placed->count++;
	PG_RETURN_POINTER(placed);
}

#define TRANSITION(name, from) \
	PGDLLEXPORT PG_FUNCTION_INFO_V1(name); \
	Datum \
	name(PG_FUNCTION_ARGS) \
	{ \
		return place(fcinfo, from); \
	}

TRANSITION(tensor1d_agg_at_number, rows_from_number)
TRANSITION(tensor1d_agg_at_array, rows_from_array)
TRANSITION(tensor1d_agg_at_tensor, rows_from_tensor)

/* tensor1d_agg_at_combine(state, state) */
PGDLLEXPORT PG_FUNCTION_INFO_V1(tensor1d_agg_at_combine);
Datum
tensor1d_agg_at_combine(PG_FUNCTION_ARGS)
{
	Placed	   *a = own_state(fcinfo);
	Placed	   *b = checked(PG_GETARG_BYTEA_P(1));
	Rows		rows;
	int64		count;

	if (b == NULL)
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	if (a == NULL)
		PG_RETURN_POINTER(b);
	rows.steps = b->count;
	rows.channels = b->channels;
	rows_check_channels(&rows, a->channels, a->count);
	count = (int64) a->count + b->count;
	a = with_room(a, count, a->channels);
	memcpy(a->word + words_of(a->count, a->channels), b->word,
		   (Size) words_of(b->count, b->channels) * sizeof(int32));
	a->count = (int32) count;
	PG_RETURN_POINTER(a);
}

static void __attribute__((noreturn))
wrong_position(const char *what, int64 position, int64 count)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("position %lld is %s", (long long) position, what),
			 errdetail("tensor1d_agg_at() got %lld rows: their positions must be 1 to %lld, each once.",
					   (long long) count, (long long) count),
			 errhint("Rows with a NULL are left out; a gap is written NaN.")));
}

/* tensor1d_agg_at_final(state): every row at its place, NULL without rows. */
PGDLLEXPORT PG_FUNCTION_INFO_V1(tensor1d_agg_at_final);
Datum
tensor1d_agg_at_final(PG_FUNCTION_ARGS)
{
	Placed	   *placed = checked(PG_GETARG_BYTEA_P(0));
	C1dShape	shape;
	Tensor	   *result;
	float	   *data;
	bool	   *seen;

	if (placed == NULL)
		PG_RETURN_NULL();
	shape = c1d_shape2(placed->count, placed->channels);
	result = tensor_new(&shape);
	data = TENSOR_DATA(result);
	seen = palloc0((Size) placed->count);
	for (int64 i = 0; i < placed->count; i++)
	{
		const int32 *entry = placed->word + words_of(i, placed->channels);

		/* beyond the end: then one before it is missing, found below */
		if (entry[0] < 1 || entry[0] > placed->count)
			continue;
		if (seen[entry[0] - 1])
			wrong_position("repeated", entry[0], placed->count);
		seen[entry[0] - 1] = true;
		memcpy(data + (int64) (entry[0] - 1) * placed->channels, entry + 1,
			   (Size) placed->channels * sizeof(float));
	}
	for (int64 i = 0; i < placed->count; i++)
		if (!seen[i])
			wrong_position("missing", i + 1, placed->count);
	pfree(seen);
	PG_RETURN_TENSOR(result);
}
