/*
 * src/kernels/conv_pack.c
 *	  Weights as the kernels want them: panels of every group, and the bias
 *	  beside.
 */
#include "kernels/conv.h"
#include "kernels/gemm.h"

#include <string.h>

/* c1d_conv_padded: the filters of a group, and those that only fill its last panel. */
int64_t
c1d_conv_padded(const C1dConvGeometry *geometry, const C1dConvVariant *variant)
{
	int64_t		filters = geometry->groups == 1 ? geometry->filters : geometry->filters / geometry->groups;

	return c1d_gemm_padded(variant->isa, filters);
}

/* c1d_conv_panel_floats: the size of the packed kernel, all groups. */
int64_t
c1d_conv_panel_floats(const C1dConvGeometry *geometry, const C1dConvVariant *variant)
{
	int64_t		lines = geometry->height > 0 ? geometry->lines : 1;

	return geometry->groups * c1d_conv_padded(geometry, variant) *
		lines * geometry->taps * (geometry->row_floats / geometry->groups);
}

/* c1d_conv_bias_floats: the size of the packed bias, all groups. */
int64_t
c1d_conv_bias_floats(const C1dConvGeometry *geometry, const C1dConvVariant *variant)
{
	return geometry->groups * c1d_conv_padded(geometry, variant);
}

/* c1d_conv_pack: write the panels of every group, c1d_conv_panel_floats(). */
void
c1d_conv_pack(const C1dConvGeometry *geometry, const C1dConvVariant *variant,
			  const C1dConvLayout *layout, float *panels)
{
	int64_t		group_floats = c1d_conv_panel_floats(geometry, variant) / geometry->groups;

	for (int64_t g = 0; g < geometry->groups; g++)
	{
		C1dGemmSource source = {
			.from = layout->from + g * layout->group_step,
			.lines = geometry->height > 0 ? geometry->lines : 1, .line_step = layout->line_step,
			.taps = geometry->taps, .tap_step = layout->tap_step,
			.inner = geometry->row_floats / geometry->groups, .inner_step = layout->inner_step,
			.columns = geometry->filters / geometry->groups, .column_step = layout->column_step,
		};

		float	   *panel = panels + g * group_floats;
		int			lanes = c1d_gemm_width(variant->isa, 1);

		if (variant->way == C1D_BY_GEMM)
			c1d_gemm_pack(variant->isa, &source, panel);
		else
			for (int64_t n = 0; n < source.columns; n += lanes)
				panel = c1d_gemm_pack_panel(&source, n, lanes, panel);
	}
}

/* c1d_conv_pack_bias: bias is (filters), or NULL for none. */
void
c1d_conv_pack_bias(const C1dConvGeometry *geometry, const C1dConvVariant *variant,
				   const float *bias, float *packed)
{
	int64_t		filters = geometry->filters / geometry->groups;
	int64_t		wide = c1d_conv_padded(geometry, variant);

	memset(packed, 0, geometry->groups * wide * sizeof(float));
	for (int64_t g = 0; bias != NULL && g < geometry->groups; g++)
		memcpy(packed + g * wide, bias + g * filters, filters * sizeof(float));
}
