/*
 * src/kernels/gemm.c
 *	  Choosing tiles and packing weights for them.
 */
#include "kernels/gemm.h"

#include <stddef.h>

const C1dGemmVariant c1d_gemm_variants[] = {
#define GEMM_TILE(isa, ISA, rows, width) \
	{#isa "_" #rows "x" #width, C1D_ISA_##ISA, 1, rows, width, c1d_gemm_tile__##isa##_##rows##x##width},
#define GEMM_STRIP(isa, ISA, panels, width) \
	{#isa "_1x" #panels "x" #width, C1D_ISA_##ISA, panels, 1, width, c1d_gemm_strip__##isa##_##panels##x##width},
#include "kernels/gemm.inc"
};

const int	c1d_gemm_variant_count = sizeof(c1d_gemm_variants) / sizeof(*c1d_gemm_variants);

/* Where they are in the table. */
enum
{
#define GEMM_TILE(isa, ISA, rows, width) AT_##isa##_##rows##x##width,
#define GEMM_STRIP(isa, ISA, panels, width) AT_##isa##_1x##panels##x##width,
#include "kernels/gemm.inc"
};

/* The tallest tiles of one vector, of two, three and four. */
static const int tallest[C1D_ISAS][4] = {
	[C1D_ISA_BASELINE] = {AT_baseline_8x4, AT_baseline_6x8, AT_baseline_3x12},
#if defined(__x86_64__)
	[C1D_ISA_AVX2] = {AT_avx2_8x8, AT_avx2_6x16, AT_avx2_4x24},
	[C1D_ISA_AVX512] = {AT_avx512_12x16, AT_avx512_12x32, AT_avx512_8x48, AT_avx512_6x64},
#endif
};

/* The strips, the widest first; they are the last of their set. */
static const int strips[C1D_ISAS] = {
	[C1D_ISA_BASELINE] = AT_baseline_1x4x8,
#if defined(__x86_64__)
	[C1D_ISA_AVX2] = AT_avx2_1x4x16,
	[C1D_ISA_AVX512] = AT_avx512_1x2x64,
#endif
};

/* Floats in a vector. */
static const int lanes[C1D_ISAS] = {
	[C1D_ISA_BASELINE] = 4,
	[C1D_ISA_AVX2] = 8,
	[C1D_ISA_AVX512] = 16,
};

/* c1d_gemm_lanes: the floats in a vector of that set. */
int
c1d_gemm_lanes(C1dIsa isa)
{
	return lanes[isa];
}

/*
 * few_columns
 *		The set whose tiles compute so many columns.  AVX-512 leaves what fits
 *		half a vector to AVX2, whose fused sums have the same bits.
 */
static C1dIsa
few_columns(C1dIsa isa, int64_t columns)
{
	return isa == C1D_ISA_AVX512 && columns <= lanes[C1D_ISA_AVX2] ? C1D_ISA_AVX2 : isa;
}

/*
 * c1d_gemm_width
 *		The width of the panel that holds the first of so many columns: two
 *		vectors, with AVX-512 four; three or fewer when just so many are left, and
 *		three of five.
 */
int
c1d_gemm_width(C1dIsa isa, int64_t columns)
{
	int			one = lanes[few_columns(isa, columns)];
	int64_t		vectors = (columns + one - 1) / one;

	if (vectors > 3)
		vectors = isa != C1D_ISA_AVX512 ? 2 : vectors == 5 ? 3 : 4;
	return (int) vectors * one;
}

/* c1d_gemm_padded: so many columns, filled up to whole vectors. */
int64_t
c1d_gemm_padded(C1dIsa isa, int64_t columns)
{
	return (columns + lanes[isa] - 1) & -(int64_t) lanes[isa];
}

/* c1d_gemm_panels: the width of all panels that hold so many columns. */
int64_t
c1d_gemm_panels(C1dIsa isa, int64_t columns)
{
	return c1d_gemm_padded(few_columns(isa, columns), columns);
}

/*
 * c1d_gemm_tallest
 *		The tallest tile of that width; its shorter relatives follow it in the
 *		table, down to one row.
 */
const C1dGemmVariant *
c1d_gemm_tallest(C1dIsa isa, int width)
{
	isa = few_columns(isa, width);
	return &c1d_gemm_variants[tallest[isa][width / lanes[isa] - 1]];
}

/*
 * c1d_gemm_strip
 *		The tile of one row over the most panels that the first of so many
 *		columns fill; NULL = they fill not even two of one width.
 */
const C1dGemmVariant *
c1d_gemm_strip(C1dIsa isa, int64_t columns)
{
	const C1dGemmVariant *end = c1d_gemm_variants + c1d_gemm_variant_count;

	for (const C1dGemmVariant *v = &c1d_gemm_variants[strips[isa]]; v < end && v->isa == isa; v++)
	{
		int64_t		before = (int64_t) (v->panels - 1) * v->width;

		/* when the first and the last of its panels are as wide as they should be, so are the others */
		if (columns > before && c1d_gemm_width(isa, columns) == v->width && c1d_gemm_width(isa, columns - before) == v->width)
			return v;
	}
	return NULL;
}

/*
 * c1d_gemm_rows
 *		Compute any number of rows by the tallest tiles, and what is left by one
 *		lower or by two of half the height: all of them tall.  call->a and
 *		call->c end where the next row would be.
 */
void
c1d_gemm_rows(const C1dGemmVariant *highest, C1dGemmCall *call, int64_t rows)
{
	while (rows > 0)
	{
		int64_t		high = highest->rows;

		if (rows < high)
			high = rows;
		else if (rows > high && rows < 2 * high)
			high = (rows + 1) / 2;
		highest[highest->rows - high].tile(call);
		call->a += high * call->a_row;
		call->c += high * call->c_row;
		rows -= high;
	}
}

/*
 * c1d_gemm_pack_panel
 *		Write a panel of (lines * taps * inner) rows of width columns from the
 *		first on, zeros after the last; returns where the next one belongs.
 */
float *
c1d_gemm_pack_panel(const C1dGemmSource *source, int64_t first, int width, float *panel)
{
	int64_t		lines = source->lines > 0 ? source->lines : 1;

	for (int64_t l = 0; l < lines; l++)
		for (int64_t t = 0; t < source->taps; t++)
			for (int64_t q = 0; q < source->inner; q++)
			{
				const float *row = source->from + l * source->line_step + t * source->tap_step + q * source->inner_step;

				for (int n = 0; n < width; n++)
					*panel++ = first + n < source->columns ? row[(first + n) * source->column_step] : 0;
			}
	return panel;
}

/*
 * c1d_gemm_pack
 *		Write the panels of all columns: c1d_gemm_panels() * lines * taps *
 *		inner floats.  The panel of column n begins at n times the rows.  Returns
 *		where they end.
 */
float *
c1d_gemm_pack(C1dIsa isa, const C1dGemmSource *source, float *panels)
{
	int			width;

	for (int64_t first = 0; first < source->columns; first += width)
	{
		width = c1d_gemm_width(isa, source->columns - first);
		panels = c1d_gemm_pack_panel(source, first, width, panels);
	}
	return panels;
}
