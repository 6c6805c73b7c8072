/*
 * src/pg/tensor_spark.c
 *	  sparkline: a channel as a line of block characters.
 *
 * Eight heights from the least to the greatest finite value; an infinity is
 * drawn at its end, NaN is a dot in the middle of nothing.  A series longer
 * than the line is cut into equal bins, and a bin shows its value furthest from
 * the mean of the whole series: a mean over the bin would hide exactly the
 * spike that somebody is looking for.  A bin is a gap only when all of it is.
 * A constant series is drawn at half height.
 *
 * The blocks exist in UTF-8 only; in a database of another encoding eight ASCII
 * characters of growing height or weight stand for them.
 */
#include "pg/tensor.h"

#include <math.h>

#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"

#define LEVELS 8
#define MAX_WIDTH 10000

typedef struct Channel
{
	const float *data;			/* its first element */
	int64		stride;
	int64		length;
} Channel;

/* The look of a line: a gap, then the levels from low to high. */
static const char *const blocks[LEVELS + 1] = {
	"\u00B7", "\u2581", "\u2582", "\u2583", "\u2584", "\u2585", "\u2586", "\u2587", "\u2588"
};
static const char *const letters[LEVELS + 1] = {" ", "_", ".", "-", "~", "=", "+", "*", "#"};

/* choose_channel: channel n of x; a vector is one series of its values. */
static Channel
choose_channel(const C1dTensor *x, int32 n)
{
	int64		width = x->shape.rank == 1 ? 1 : c1d_shape_channels(&x->shape);

	if (n < 1 || n > width)
	{
		char		text[C1D_SHAPE_TEXT];

		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("channel %d is out of range", n),
				 errdetail("The tensor has shape %s: its channels are 1 to %lld.",
						   c1d_shape_text(&x->shape, text), (long long) width)));
	}
	return (Channel) {x->data + (n - 1), width, c1d_shape_elements(&x->shape) / width};
}

/*
 * furthest
 *		The value of steps first to last - 1 that lies furthest from mean; NaN when
 *		there is none.
 */
static float
furthest(const Channel *channel, int64 first, int64 last, double mean)
{
	float		best = NAN;

	for (int64 i = first; i < last; i++)
	{
		float		value = channel->data[i * channel->stride];

		if (!isnan(value) && !(fabs(value - mean) <= fabs(best - mean)))
			best = value;
	}
	return best;
}

/* level: 0 for a gap, 1 to LEVELS between low and high. */
static int
level(float value, double low, double high)
{
	if (isnan(value))
		return 0;
	if (value >= high && high > low)
		return LEVELS;
	if (value <= low && high > low)
		return 1;
	if (!(high > low))
		return isinf(value) ? (value > 0 ? LEVELS : 1) : LEVELS / 2;
	return 1 + (int) ((value - low) / (high - low) * LEVELS);
}

/* sparkline(x, channel, width) -> text */
PGDLLEXPORT PG_FUNCTION_INFO_V1(sparkline);
Datum
sparkline(PG_FUNCTION_ARGS)
{
	C1dTensor	x = tensor_view(PG_GETARG_TENSOR(0));
	Channel		channel = choose_channel(&x, PG_GETARG_INT32(1));
	int64		width = PG_GETARG_INT32(2);
	const char *const *look = GetDatabaseEncoding() == PG_UTF8 ? blocks : letters;
	double		low = INFINITY;
	double		high = -INFINITY;
	double		sum = 0;
	int64		finite = 0;
	StringInfoData line;

	if (width < 1 || width > MAX_WIDTH)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("width of sparkline() must be 1 to %d, not %d", MAX_WIDTH, (int) width)));
	for (int64 i = 0; i < channel.length; i++)
	{
		float		value = channel.data[i * channel.stride];

		if (!isfinite(value))
			continue;
		low = Min(low, value);
		high = Max(high, value);
		sum += value;
		finite++;
	}

	width = Min(width, channel.length);
	initStringInfo(&line);
	for (int64 i = 0; i < width; i++)
	{
		float		value = furthest(&channel, i * channel.length / width, (i + 1) * channel.length / width,
									 finite ? sum / (double) finite : 0);

		appendStringInfoString(&line, look[level(value, low, high)]);
	}
	PG_RETURN_TEXT_P(cstring_to_text_with_len(line.data, line.len));
}
