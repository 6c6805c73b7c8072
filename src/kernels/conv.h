/*
 * src/kernels/conv.h
 *	  Windows of a series or an image times packed weights: what convolution,
 *	  each phase of a transposed convolution and a dense layer have in common.
 */
#ifndef C1D_KERNEL_CONV_H
#define C1D_KERNEL_CONV_H

#include "kernels/conv_variant.h"

/*
 * Output row r reads input rows r * stride + offset + t * spacing for taps
 * t = 0 .. taps - 1.  Rows outside 0 .. length - 1 are padding: they are
 * skipped, not multiplied by zero.
 *
 * An image is height lines of length rows.  Its output line h reads, as above,
 * input lines h * line_stride + line_offset + l * line_spacing for kernel
 * lines l = 0 .. lines - 1.  With height 0 there are only rows: a series.
 */
typedef struct C1dConvGeometry
{
	int64_t		length;			/* input rows */
	int64_t		row_floats;		/* floats of an input row, all groups */
	int64_t		stride;
	int64_t		offset;			/* negative = padding before */
	int64_t		taps;
	int64_t		spacing;		/* dilation, in input rows */
	int64_t		groups;
	int64_t		filters;		/* output channels, all groups */
	int64_t		height;
	int64_t		line_stride;
	int64_t		line_offset;
	int64_t		lines;
	int64_t		line_spacing;
} C1dConvGeometry;

/*
 * Where a framework keeps the kernel: element (group, line, tap, q, n), of
 * input channel q and filter n within the group, is at
 * from[group * group_step + line * line_step + tap * tap_step + q * inner_step
 * + n * column_step].
 */
typedef struct C1dConvLayout
{
	const float *from;
	int64_t		group_step;
	int64_t		line_step;
	int64_t		tap_step;
	int64_t		inner_step;
	int64_t		column_step;
} C1dConvLayout;

typedef struct C1dConvWeights
{
	const C1dConvVariant *variant;
	const float *panels;		/* c1d_conv_pack() */
	const float *bias;			/* c1d_conv_pack_bias() */
	bool		relu;

	/*
	 * With pool p > 1, where c1d_conv_pools() allows it, row r of the output is
	 * the maximum of the rows r * p .. r * p + p - 1, a NaN among them being the
	 * greatest.  0 stands for 1.
	 */
	int			pool;

	/* c1d_conv_tame(); false is right, and slower */
	bool		tame;
} C1dConvWeights;

extern bool c1d_conv_pools(const C1dConvGeometry *geometry, int pool);
extern const C1dConvVariant *c1d_conv_choose(const C1dConvGeometry *geometry, C1dIsa isa, int pool);

extern int64_t c1d_conv_padded(const C1dConvGeometry *geometry, const C1dConvVariant *variant);
extern int64_t c1d_conv_panel_floats(const C1dConvGeometry *geometry, const C1dConvVariant *variant);
extern int64_t c1d_conv_bias_floats(const C1dConvGeometry *geometry, const C1dConvVariant *variant);
extern void c1d_conv_pack(const C1dConvGeometry *geometry, const C1dConvVariant *variant,
						  const C1dConvLayout *layout, float *panels);
extern void c1d_conv_pack_bias(const C1dConvGeometry *geometry, const C1dConvVariant *variant,
							   const float *bias, float *packed);
extern bool c1d_conv_tame(const C1dConvGeometry *geometry, const C1dConvWeights *weights);
extern void c1d_conv_line(const C1dConvGeometry *geometry, const C1dConvWeights *weights,
						  const float *x, float *y, int64_t y_row, int64_t line, int64_t begin, int64_t end);
extern void c1d_conv_rows(const C1dConvGeometry *geometry, const C1dConvWeights *weights,
						  const float *x, float *y, int64_t y_row, int64_t begin, int64_t end);

#endif
