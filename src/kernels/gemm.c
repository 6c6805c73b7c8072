/*
 * src/kernels/gemm.c
 *	  Choosing tiles and packing weights for them.
 */
#include "kernels/gemm.h"

#include <stddef.h>

const C1dGemmVariant c1d_gemm_variants[] = {
#define GEMM_TILE(isa, ISA, rows, width) \
	{#isa "_" #rows "x" #width, C1D_ISA_##ISA, rows, width, c1d_gemm_tile__##isa##_##rows##x##width},
#include "kernels/gemm.inc"
#undef GEMM_TILE
};

const int	c1d_gemm_variant_count = sizeof(c1d_gemm_variants) / sizeof(*c1d_gemm_variants);

/*
 * c1d_gemm_choose
 *		The tallest variant of the family that wastes the fewest columns; its
 *		shorter relatives follow it in the table, down to one row.
 */
const C1dGemmVariant *
c1d_gemm_choose(C1dIsa isa, int64_t columns)
{
	const C1dGemmVariant *best = NULL;

	for (int i = 0; i < c1d_gemm_variant_count; i++)
	{
		const C1dGemmVariant *variant = &c1d_gemm_variants[i];

		/* among equals the wider: a later family of the same set */
		if (variant->isa == isa &&
			(best == NULL ||
			 (variant->width != best->width &&
			  c1d_gemm_panels(variant, columns) * variant->width <=
			  c1d_gemm_panels(best, columns) * best->width)))
			best = variant;
	}
	return best;
}

/* c1d_gemm_panels: how many panels hold that many columns. */
int64_t
c1d_gemm_panels(const C1dGemmVariant *tallest, int64_t columns)
{
	return (columns + tallest->width - 1) / tallest->width;
}

/*
 * c1d_gemm_pack
 *		Write panels of (lines * taps * inner) rows of width columns, the last
 *		panel filled up with zeros: c1d_gemm_panels() * lines * taps * inner *
 *		width floats.
 */
void
c1d_gemm_pack(const C1dGemmVariant *tallest, const C1dGemmSource *source, float *panels)
{
	int			width = tallest->width;
	int64_t		lines = source->lines > 0 ? source->lines : 1;

	for (int64_t first = 0; first < source->columns; first += width)
		for (int64_t l = 0; l < lines; l++)
			for (int64_t t = 0; t < source->taps; t++)
				for (int64_t q = 0; q < source->inner; q++)
				{
					const float *row = source->from + l * source->line_step + t * source->tap_step + q * source->inner_step;

					for (int n = 0; n < width; n++)
						*panels++ = first + n < source->columns ? row[(first + n) * source->column_step] : 0;
				}
}
