/*
 * src/kernels/conv.c
 *	  Driving the tiles over a series, edges included.
 *
 * No input is copied and no padding exists: a row whose window hangs over an
 * edge is computed alone, with only the taps that lie on the series.
 */
#include "kernels/conv.h"

#include <string.h>

#define MAX(a, b) ((a) > (b) ? (a) : (b))
#define MIN(a, b) ((a) < (b) ? (a) : (b))

/* the least integer not below a / b, and the greatest not above, for b > 0 */
static int64_t
ceil_div(int64_t a, int64_t b)
{
	return a > 0 ? (a - 1) / b + 1 : -(-a / b);
}

static int64_t
floor_div(int64_t a, int64_t b)
{
	return a >= 0 ? a / b : -((-a - 1) / b + 1);
}

/* c1d_conv_panel_floats: the size of the packed kernel, all groups. */
int64_t
c1d_conv_panel_floats(const C1dConvGeometry *geometry, const C1dGemmVariant *tallest)
{
	return geometry->groups * c1d_gemm_panels(tallest, geometry->filters / geometry->groups) *
		tallest->width * geometry->taps * (geometry->row_floats / geometry->groups);
}

/* c1d_conv_bias_floats: the size of the packed bias, all groups. */
int64_t
c1d_conv_bias_floats(const C1dConvGeometry *geometry, const C1dGemmVariant *tallest)
{
	return geometry->groups * c1d_gemm_panels(tallest, geometry->filters / geometry->groups) *
		tallest->width;
}

/* c1d_conv_pack_bias: bias is (filters), or NULL for none. */
void
c1d_conv_pack_bias(const C1dConvGeometry *geometry, const C1dGemmVariant *tallest,
				   const float *bias, float *packed)
{
	int64_t		filters = geometry->filters / geometry->groups;
	int64_t		wide = c1d_gemm_panels(tallest, filters) * tallest->width;

	memset(packed, 0, geometry->groups * wide * sizeof(float));
	for (int64_t g = 0; bias != NULL && g < geometry->groups; g++)
		memcpy(packed + g * wide, bias + g * filters, filters * sizeof(float));
}

/*
 * panel_rows
 *		Rows begin .. end - 1 of one panel, each with taps first .. last - 1,
 *		all of which lie on the series; the tallest tiles that fit.
 */
static void
panel_rows(const C1dConvGeometry *geometry, const C1dGemmVariant *variant, C1dGemmCall *call,
		   const float *x, const float *panel, float *y, int64_t y_row,
		   int64_t begin, int64_t end, int64_t first, int64_t last)
{
	int64_t		inner = geometry->row_floats / geometry->groups;

	call->a_row = geometry->stride * geometry->row_floats;
	call->a_tap = geometry->spacing * geometry->row_floats;
	call->taps = last - first;
	call->inner = inner;
	call->b = panel + first * inner * variant->width;
	call->c_row = y_row;

	/* taps that touch are one long tap */
	if (geometry->spacing == 1 && geometry->groups == 1)
	{
		call->inner = inner * call->taps;
		call->taps = call->taps > 0;
	}
	while (begin < end)
	{
		if (variant->rows > end - begin)
		{
			variant++;
			continue;
		}
		call->a = call->taps == 0 ? x : x +
			(begin * geometry->stride + geometry->offset + first * geometry->spacing) * geometry->row_floats;
		call->c = y + begin * y_row;
		variant->tile(call);
		begin += variant->rows;
	}
}

/*
 * c1d_conv_rows
 *		Compute output rows begin .. end - 1.
 *
 * x is (length, row_floats); row r of the output is the filters floats at
 * y + r * y_row.  Cannot fail: the geometry was settled by infer().
 */
void
c1d_conv_rows(const C1dConvGeometry *geometry, const C1dConvWeights *weights,
			  const float *x, float *y, int64_t y_row, int64_t begin, int64_t end)
{
	const C1dGemmVariant *tallest = weights->tallest;
	int64_t		filters = geometry->filters / geometry->groups;
	int64_t		inner = geometry->row_floats / geometry->groups;
	int64_t		panel_floats = geometry->taps * inner * tallest->width;
	const float *panel = weights->panels;
	C1dGemmCall call = {.bias = weights->bias, .relu = weights->relu};

	/* rows low .. high - 1 have their whole window on the series */
	int64_t		reach = (geometry->taps - 1) * geometry->spacing;
	int64_t		low = ceil_div(-geometry->offset, geometry->stride);
	int64_t		high = floor_div(geometry->length - 1 - reach - geometry->offset, geometry->stride) + 1;

	low = MIN(MAX(low, begin), end);
	high = MIN(MAX(high, low), end);

	for (int64_t g = 0; g < geometry->groups; g++)
		for (int64_t n = 0; n < filters; n += tallest->width)
		{
			const float *gx = x + g * inner;
			float	   *gy = y + g * filters + n;

			call.columns = (int) MIN(filters - n, tallest->width);
			for (int64_t r = begin; r < end; r++)
			{
				int64_t		start = r * geometry->stride + geometry->offset;
				int64_t		first,
							last;

				if (r == low && low < high)
				{
					panel_rows(geometry, tallest, &call, gx, panel, gy, y_row, low, high, 0, geometry->taps);
					r = high - 1;
					continue;
				}
				first = MIN(MAX(ceil_div(-start, geometry->spacing), 0), geometry->taps);
				last = MIN(floor_div(geometry->length - 1 - start, geometry->spacing) + 1, geometry->taps);
				panel_rows(geometry, tallest, &call, gx, panel, gy, y_row, r, r + 1, first, MAX(first, last));
			}
			panel += panel_floats;
			call.bias += tallest->width;
		}
}
