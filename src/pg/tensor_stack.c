/*
 * src/pg/tensor_stack.c
 *	  tensor1d_agg: rows in order -> (timesteps, channels).
 *
 * The state is a ring buffer of floats, so that as a window function the oldest
 * rows leave as cheaply and exactly as new ones come.  It is internal and does
 * not combine: an ordered aggregate never runs in parallel (tensor1d_agg_at
 * does, tensor_place.c).  A row that is NULL is left out, as by sum().
 */
#include "pg/tensor_rows.h"

#include "utils/array.h"

#define FIRST_CAPACITY 16

typedef struct Stack
{
	int64		channels;		/* 0 until the first row */
	int64		capacity;		/* floats */
	int64		first;			/* where the oldest float is */
	int64		used;			/* floats, from first on and around */
	float	   *ring;
} Stack;

void
rows_from_number(FunctionCallInfo fcinfo, int n, Rows *rows)
{
	rows->number = tensor_float4(PG_GETARG_FLOAT8(n));
	rows->steps = rows->channels = 1;
	rows->data = &rows->number;
}

/* rows_from: a vector is one step, a matrix as many as it has. */
static void
rows_from(const Tensor *tensor, Rows *rows)
{
	C1dTensor	view = tensor_view(tensor);

	if (view.shape.rank > 2)
	{
		char		text[C1D_SHAPE_TEXT];

		ereport(ERROR,
				(errcode(ERRCODE_DATA_EXCEPTION),
				 errmsg("a tensor of rank %d cannot be stacked along time", view.shape.rank),
				 errdetail("The value has shape %s; a row is (channels) or (timesteps,channels).",
						   c1d_shape_text(&view.shape, text)),
				 errhint("flatten(value) makes one step of it.")));
	}
	rows->channels = c1d_shape_channels(&view.shape);
	rows->steps = view.shape.rank == 1 ? 1 : view.shape.dim[0];
	rows->data = view.data;
}

void
rows_from_array(FunctionCallInfo fcinfo, int n, Rows *rows)
{
	rows_from(tensor_from_array(PG_GETARG_DATUM(n)), rows);
}

void
rows_from_tensor(FunctionCallInfo fcinfo, int n, Rows *rows)
{
	rows_from(PG_GETARG_TENSOR(n), rows);
}

/*
 * rows_check_channels
 *		Refuse rows of another width than those before them, and more of them
 *		than a tensor can have.
 */
void
rows_check_channels(const Rows *rows, int64 channels, int64 steps_so_far)
{
	if (rows->channels != channels)
		ereport(ERROR,
				(errcode(ERRCODE_DATA_EXCEPTION),
				 errmsg("all rows of a tensor must have the same number of channels"),
				 errdetail("A row of shape (%lld,%lld) follows rows of shape (%lld,%lld).",
						   (long long) rows->steps, (long long) rows->channels,
						   (long long) steps_so_far, (long long) channels),
				 errhint("GROUP BY what tells the series apart, or pad the shorter rows.")));
	if (steps_so_far > C1D_MAX_ELEMENTS / channels - rows->steps)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("tensor is too large"),
				 errdetail("The rows have more than %lld elements.", (long long) C1D_MAX_ELEMENTS),
				 errhint("GROUP BY a shorter period.")));
}

/* copy_ring: n floats of the ring from its oldest on, in order. */
static void
copy_ring(const Stack *stack, float *to, int64 n)
{
	int64		straight = Min(n, stack->capacity - stack->first);

	memcpy(to, stack->ring + stack->first, (Size) straight * sizeof(float));
	memcpy(to + straight, stack->ring, (Size) (n - straight) * sizeof(float));
}

/* make_room: let the ring hold more floats than it does; at least double it. */
static void
make_room(Stack *stack, int64 more, MemoryContext context)
{
	int64		wanted = stack->used + more;
	int64		capacity = Max(stack->capacity * 2, FIRST_CAPACITY);
	float	   *ring;

	if (wanted <= stack->capacity)
		return;
	capacity = Max(Min(capacity, C1D_MAX_ELEMENTS), wanted);
	ring = MemoryContextAllocHuge(context, (Size) capacity * sizeof(float));
	if (stack->ring)
	{
		copy_ring(stack, ring, stack->used);
		pfree(stack->ring);
	}
	stack->ring = ring;
	stack->capacity = capacity;
	stack->first = 0;
}

/* push: the transition. */
static Datum
push(FunctionCallInfo fcinfo, RowsFrom from)
{
	MemoryContext context;
	Stack	   *stack;
	Rows		rows;
	int64		n;
	int64		at;
	int64		straight;

	tensor_no_aggregate(fcinfo, &context, "tensor1d_agg_transition");
	stack = PG_ARGISNULL(0) ? MemoryContextAllocZero(context, sizeof(Stack)) : (Stack *) PG_GETARG_POINTER(0);
	if (PG_ARGISNULL(1))
		PG_RETURN_POINTER(stack);
	from(fcinfo, 1, &rows);
	if (stack->used == 0)
		stack->channels = rows.channels;
	rows_check_channels(&rows, stack->channels, stack->used / stack->channels);

	n = rows.steps * rows.channels;
	make_room(stack, n, context);
	at = (stack->first + stack->used) % stack->capacity;
	straight = Min(n, stack->capacity - at);
	memcpy(stack->ring + at, rows.data, (Size) straight * sizeof(float));
	memcpy(stack->ring, rows.data + straight, (Size) (n - straight) * sizeof(float));
	stack->used += n;
	PG_RETURN_POINTER(stack);
}

/* drop: the inverse; only how many rows come out matters, they are the oldest. */
static Datum
drop(FunctionCallInfo fcinfo, RowsFrom from)
{
	Stack	   *stack;
	Rows		rows;
	int64		n;

	tensor_no_aggregate(fcinfo, NULL, "tensor1d_agg_inverse");
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	stack = (Stack *) PG_GETARG_POINTER(0);
	if (PG_ARGISNULL(1))
		PG_RETURN_POINTER(stack);
	from(fcinfo, 1, &rows);
	n = rows.steps * rows.channels;
	/* not what went in (a volatile argument): have the frame computed anew */
	if (n > stack->used || rows.channels != stack->channels)
		PG_RETURN_NULL();
	stack->first = (stack->first + n) % stack->capacity;
	stack->used -= n;
	PG_RETURN_POINTER(stack);
}

/* tensor1d_agg_final(state): the rows as a tensor, NULL without rows. */
PGDLLEXPORT PG_FUNCTION_INFO_V1(tensor1d_agg_final);
Datum
tensor1d_agg_final(PG_FUNCTION_ARGS)
{
	Stack	   *stack;
	C1dShape	shape;
	Tensor	   *result;

	tensor_no_aggregate(fcinfo, NULL, "tensor1d_agg_final");
	stack = PG_ARGISNULL(0) ? NULL : (Stack *) PG_GETARG_POINTER(0);
	if (stack == NULL || stack->used == 0)
		PG_RETURN_NULL();
	shape = c1d_shape2(stack->used / stack->channels, stack->channels);
	result = tensor_new(&shape);
	copy_ring(stack, TENSOR_DATA(result), stack->used);
	PG_RETURN_TENSOR(result);
}

/* The transition and its inverse for each kind of argument. */
#define SUPPORT_FUNCTION(name, action, from) \
	PGDLLEXPORT PG_FUNCTION_INFO_V1(name); \
	Datum \
	name(PG_FUNCTION_ARGS) \
	{ \
		return action(fcinfo, from); \
	}

SUPPORT_FUNCTION(tensor1d_agg_number, push, rows_from_number)
SUPPORT_FUNCTION(tensor1d_agg_array, push, rows_from_array)
SUPPORT_FUNCTION(tensor1d_agg_tensor, push, rows_from_tensor)
SUPPORT_FUNCTION(tensor1d_agg_inverse_number, drop, rows_from_number)
SUPPORT_FUNCTION(tensor1d_agg_inverse_array, drop, rows_from_array)
SUPPORT_FUNCTION(tensor1d_agg_inverse_tensor, drop, rows_from_tensor)
