/*
 * src/pg/tensor_measure.c
 *	  One number out of one or two tensors: sums, extremes, distances.
 *
 * Sums run in float8, in LANES running sums that are added in a fixed order:
 * a loop that vectorises as it stands and gives the same bits whatever
 * the machine's vector width.
 */
#include "pg/tensor.h"

#include <math.h>

#define LANES 8

static double
sum_of_lanes(const double *lane)
{
	double		sum = 0;

	for (int i = 0; i < LANES; i++)
		sum += lane[i];
	return sum;
}

static double
sum(const float *x, int64 n)
{
	double		lane[LANES] = {0};
	int64		i = 0;

	for (; i + LANES <= n; i += LANES)
		for (int j = 0; j < LANES; j++)
			lane[j] += x[i + j];
	for (; i < n; i++)
		lane[i % LANES] += x[i];
	return sum_of_lanes(lane);
}

static double
sum_squared_difference(const float *x, const float *y, int64 n)
{
	double		lane[LANES] = {0};
	int64		i = 0;

	for (; i + LANES <= n; i += LANES)
		for (int j = 0; j < LANES; j++)
		{
			double		d = (double) x[i + j] - y[i + j];

			lane[j] += d * d;
		}
	for (; i < n; i++)
		lane[i % LANES] += ((double) x[i] - y[i]) * ((double) x[i] - y[i]);
	return sum_of_lanes(lane);
}

static double
sum_absolute_difference(const float *x, const float *y, int64 n)
{
	double		lane[LANES] = {0};
	int64		i = 0;

	for (; i + LANES <= n; i += LANES)
		for (int j = 0; j < LANES; j++)
			lane[j] += fabs((double) x[i + j] - y[i + j]);
	for (; i < n; i++)
		lane[i % LANES] += fabs((double) x[i] - y[i]);
	return sum_of_lanes(lane);
}

/* sum_elements(x) */
PGDLLEXPORT PG_FUNCTION_INFO_V1(sum_elements);
Datum
sum_elements(PG_FUNCTION_ARGS)
{
	C1dTensor	x = tensor_view(PG_GETARG_TENSOR(0));

	PG_RETURN_FLOAT8(sum(x.data, c1d_shape_elements(&x.shape)));
}

/* mean(x) */
PGDLLEXPORT PG_FUNCTION_INFO_V1(mean);
Datum
mean(PG_FUNCTION_ARGS)
{
	C1dTensor	x = tensor_view(PG_GETARG_TENSOR(0));
	int64		n = c1d_shape_elements(&x.shape);

	PG_RETURN_FLOAT8(sum(x.data, n) / (double) n);
}

/* min_element(x): NaN is greater than any number, as in min(real). */
PGDLLEXPORT PG_FUNCTION_INFO_V1(min_element);
Datum
min_element(PG_FUNCTION_ARGS)
{
	C1dTensor	x = tensor_view(PG_GETARG_TENSOR(0));
	int64		n = c1d_shape_elements(&x.shape);
	float		least = x.data[0];

	for (int64 i = 1; i < n; i++)
		least = x.data[i] < least || least != least ? x.data[i] : least;
	PG_RETURN_FLOAT4(least);
}

/* max_element(x): NaN when there is one. */
PGDLLEXPORT PG_FUNCTION_INFO_V1(max_element);
Datum
max_element(PG_FUNCTION_ARGS)
{
	C1dTensor	x = tensor_view(PG_GETARG_TENSOR(0));
	int64		n = c1d_shape_elements(&x.shape);
	float		most = x.data[0];

	for (int64 i = 1; i < n; i++)
		most = x.data[i] > most || x.data[i] != x.data[i] ? x.data[i] : most;
	PG_RETURN_FLOAT4(most);
}

/* has_nan(x) */
PGDLLEXPORT PG_FUNCTION_INFO_V1(has_nan);
Datum
has_nan(PG_FUNCTION_ARGS)
{
	C1dTensor	x = tensor_view(PG_GETARG_TENSOR(0));
	int64		n = c1d_shape_elements(&x.shape);
	int			found = 0;

	for (int64 i = 0; i < n; i++)
		found |= x.data[i] != x.data[i];
	PG_RETURN_BOOL(found != 0);
}

/*
 * two_views
 *		Arguments 0 and 1, of one shape; returns the number of elements.
 */
static int64
two_views(FunctionCallInfo fcinfo, C1dTensor *a, C1dTensor *b, const char *function)
{
	*a = tensor_view(PG_GETARG_TENSOR(0));
	*b = tensor_view(PG_GETARG_TENSOR(1));
	tensor_check_same_shape(&a->shape, &b->shape, function);
	return c1d_shape_elements(&a->shape);
}

/* mse(a, b): mean squared difference */
PGDLLEXPORT PG_FUNCTION_INFO_V1(mse);
Datum
mse(PG_FUNCTION_ARGS)
{
	C1dTensor	a;
	C1dTensor	b;
	int64		n = two_views(fcinfo, &a, &b, "mse()");

	PG_RETURN_FLOAT8(sum_squared_difference(a.data, b.data, n) / (double) n);
}

/* rmse(a, b): its square root */
PGDLLEXPORT PG_FUNCTION_INFO_V1(rmse);
Datum
rmse(PG_FUNCTION_ARGS)
{
	C1dTensor	a;
	C1dTensor	b;
	int64		n = two_views(fcinfo, &a, &b, "rmse()");

	PG_RETURN_FLOAT8(sqrt(sum_squared_difference(a.data, b.data, n) / (double) n));
}

/* mae(a, b): mean absolute difference */
PGDLLEXPORT PG_FUNCTION_INFO_V1(mae);
Datum
mae(PG_FUNCTION_ARGS)
{
	C1dTensor	a;
	C1dTensor	b;
	int64		n = two_views(fcinfo, &a, &b, "mae()");

	PG_RETURN_FLOAT8(sum_absolute_difference(a.data, b.data, n) / (double) n);
}

/* max_abs_error(a, b): NaN when a difference is */
PGDLLEXPORT PG_FUNCTION_INFO_V1(max_abs_error);
Datum
max_abs_error(PG_FUNCTION_ARGS)
{
	C1dTensor	a;
	C1dTensor	b;
	int64		n = two_views(fcinfo, &a, &b, "max_abs_error()");
	double		most = 0;

	for (int64 i = 0; i < n; i++)
	{
		double		d = fabs((double) a.data[i] - b.data[i]);

		most = d > most || d != d ? d : most;
	}
	PG_RETURN_FLOAT8(most);
}
