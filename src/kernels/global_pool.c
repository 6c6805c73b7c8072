/*
 * src/kernels/global_pool.c
 *	  Pooling of parts, which are found here, one at a time.
 */
#include "kernels/global_pool.h"


/* Channels whose sums are kept at once. */
#define LANES 16

/* Rows first .. last - 1 of an axis. */
typedef struct Span
{
	int64_t		first;
	int64_t		last;
} Span;

static Span
span(int64_t length, int64_t out_length, int64_t i)
{
	return (Span) {i * length / out_length, ((i + 1) * length + out_length - 1) / out_length};
}

/* parts: one after the other; one that is as wide as the input is one long line */
static void
parts(const C1dParts *p, C1dPartKernel *kernel, const float *x, float *y, int64_t begin, int64_t end)
{
	for (int64_t i = begin * p->out_width; i < end * p->out_width; i++)
	{
		Span		rows = span(p->height, p->out_height, i / p->out_width);
		Span		columns = span(p->width, p->out_width, i % p->out_width);
		C1dPart		part = {
			.x = x + (rows.first * p->width + columns.first) * p->channels,
			.lines = rows.last - rows.first,
			.line_step = p->width * p->channels,
			.floats = (columns.last - columns.first) * p->channels,
			.channels = p->channels,
			.count = (double) ((rows.last - rows.first) * (columns.last - columns.first)),
		};

		if (part.floats == part.line_step)
		{
			part.floats *= part.lines;
			part.lines = 1;
		}
		kernel(&part, y + i * p->channels);
	}
}

/*
 * c1d_parts_max
 *		The maximum of each part, output rows begin .. end - 1; a NaN in a part
 *		gives NaN (as torch).  Cannot fail.
 */
void
c1d_parts_max(const C1dParts *p, C1dIsa isa, const float *x, float *y, int64_t begin, int64_t end)
{
	static C1dPartKernel *const variants[C1D_ISAS] = C1D_VARIANTS(c1d_part_max);

	parts(p, variants[isa], x, y, begin, end);
}

/*
 * c1d_parts_mean
 *		The mean of each part, output rows begin .. end - 1, added up in double.
 *		Cannot fail.
 */
void
c1d_parts_mean(const C1dParts *p, C1dIsa isa, const float *x, float *y, int64_t begin, int64_t end)
{
	static C1dPartKernel *const variants[C1D_ISAS] = C1D_VARIANTS(c1d_part_mean);

	parts(p, variants[isa], x, y, begin, end);
}

/*
 * c1d_masked_mean
 *		The mean over time of x, (length, channels), without the steps at which
 *		mask_input, (length, mask_channels), is nothing but mask; NaN when no
 *		step is left.  Cannot fail.
 */
void
c1d_masked_mean(const float *mask_input, int64_t mask_channels, float mask, const float *x, float *y,
				int64_t length, int64_t channels)
{
	for (int64_t from = 0; from < channels; from += LANES)
	{
		int			lanes = channels - from < LANES ? (int) (channels - from) : LANES;
		double		sum[LANES] = {0};
		double		count = 0;

		for (int64_t t = 0; t < length; t++)
		{
			int64_t		i = 0;

			while (i < mask_channels && mask_input[t * mask_channels + i] == mask)
				i++;
			if (i == mask_channels)
				continue;
			count++;
			for (int c = 0; c < lanes; c++)
				sum[c] += x[t * channels + from + c];
		}
		for (int c = 0; c < lanes; c++)
			y[from + c] = (float) (sum[c] / count);
	}
}
