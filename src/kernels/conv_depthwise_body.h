/*
 * src/kernels/conv_depthwise_body.h
 *	  Convolution of each channel by itself; included after a simd_<isa>.h.
 *
 * The lanes are channels.  Several rows share each load of the weights; a sum
 * starts from the bias and takes the taps in order, as in the matrix product.
 */
#include "kernels/conv_put.h"

/* Rows at a time: their sums of two vectors, and the weights, fit the registers. */
#define ROWS (VL == 16 ? 8 : 6)

ISA_BEGIN

/* Channels side by side: vectors of them, or less than one. */
typedef struct Depthwise
{
	const C1dConvCall *call;
	int64_t		channels;
	int64_t		padded;			/* channels in the packed weights */
	int64_t		channel;		/* the first of those at hand */
	int64_t		filter;			/* 0 .. multiplier - 1 */
} Depthwise;

/*
 * channel_rows
 *		So many rows of vectors * VL channels; rows and vectors are constants at
 *		every call.  With partial only the first few lanes of one vector are
 *		channels.  Returns the rows.
 */
SIMD_INLINE int64_t
channel_rows(const Depthwise *d, int64_t row, const int rows, const int vectors, const bool partial)
{
	const C1dConvCall *call = d->call;
	const int64_t a_row = call->a_row;
	const int64_t b_row = call->multiplier * d->padded;
	const int	live = (int) (d->channels - d->channel);
	const float *line_a = call->a + row * a_row + d->channel;
	const float *line_b = call->panels + call->skip * b_row + d->filter * d->padded + d->channel;
	int64_t		lines = call->lines;
	Vec			sum[8][2];

	UNROLL(8)
	for (int r = 0; r < rows; r++)
	{
		UNROLL(2)
		for (int v = 0; v < vectors; v++)
			sum[r][v] = vec_load(call->bias + d->filter * d->padded + d->channel + v * VL);
	}
	do
	{
		const float *a = line_a;
		const float *b = line_b;

		for (int64_t t = 0; t < call->taps; t++)
		{
			Vec			weight[2];

			UNROLL(2)
			for (int v = 0; v < vectors; v++)
				weight[v] = vec_load(b + v * VL);
			UNROLL(8)
			for (int r = 0; r < rows; r++)
			{
				UNROLL(2)
				for (int v = 0; v < vectors; v++)
				{
					const float *x = a + r * a_row + v * VL;

					sum[r][v] += (partial ? vec_load_part(x, live) : vec_load(x)) * weight[v];
				}
			}
			a += call->a_tap;
			b += b_row;
		}
		line_a += call->a_line;
		line_b += call->line_rows * b_row;
	} while (--lines > 0);

	UNROLL(8)
	for (int r = 0; r < rows; r++)
	{
		float	   *c = call->c + (row + r) * call->c_row + d->channel * call->multiplier + d->filter;

		UNROLL(2)
		for (int v = 0; v < vectors; v++)
		{
			Vec			out = call->relu ? vec_relu(sum[r][v]) : sum[r][v];
			float		lane[VL];

			if (call->multiplier == 1)
			{
				vec_finish(c + v * VL, out, live - v * VL, call->merge);
				continue;
			}

			/* the filters of a channel are neighbours */
			vec_store(lane, out);
			scatter_lanes(lane, c + v * VL * call->multiplier, call->multiplier,
						  partial ? live : VL, call->merge);
		}
	}
	return rows;
}

/* channels_rows: all rows */
SIMD_INLINE void
channels_rows(const Depthwise *d, const int vectors, const bool partial)
{
	for (int64_t r = 0; r < d->call->rows;)
	{
		int64_t		left = d->call->rows - r;

		r += left >= ROWS ? channel_rows(d, r, ROWS, vectors, partial) :
			left >= 4 ? channel_rows(d, r, 4, vectors, partial) : channel_rows(d, r, 1, vectors, partial);
	}
}

/*
 * depthwise_rows
 *		See C1dConvCall.  A row of the kernel is, for each of a channel's filters,
 *		the weights of all channels, filled up with zeros to whole vectors; so is
 *		the bias.
 */
static void
depthwise_rows(const C1dConvCall *call)
{
	Depthwise	d = {
		.call = call, .channels = call->filters / call->multiplier,
		.padded = call->padded / call->multiplier,
	};

	for (d.filter = 0; d.filter < call->multiplier; d.filter++)
	{
		for (d.channel = 0; d.channel + 2 * VL <= d.channels; d.channel += 2 * VL)
			channels_rows(&d, 2, false);
		if (d.channel + VL <= d.channels)
		{
			channels_rows(&d, 1, false);
			d.channel += VL;
		}
		if (d.channel < d.channels)
			channels_rows(&d, 1, true);
	}
}

ISA_END
