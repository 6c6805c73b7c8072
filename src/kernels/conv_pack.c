/*
 * src/kernels/conv_pack.c
 *	  Weights as the kernels want them: panels of every group, and the bias
 *	  beside.
 */
#include "kernels/conv.h"
#include "kernels/gemm.h"

#include <math.h>
#include <string.h>

/* kernel_groups: the groups that have a packed kernel of their own */
static int64_t
kernel_groups(const C1dConvGeometry *geometry, const C1dConvVariant *variant)
{
	return variant->way == C1D_BY_DEPTHWISE ? 1 : geometry->groups;
}

/*
 * c1d_conv_padded
 *		The filters of a group, and those that only fill its last panel; for a
 *		depthwise kernel, of all groups.
 */
int64_t
c1d_conv_padded(const C1dConvGeometry *geometry, const C1dConvVariant *variant)
{
	int64_t		filters = geometry->groups == 1 ? geometry->filters : geometry->filters / geometry->groups;

	switch (variant->way)
	{
		case C1D_BY_DEPTHWISE:
			return filters * c1d_gemm_padded(variant->isa, geometry->groups);
		case C1D_BY_SLIDE:
		case C1D_BY_DOT:
			return filters;
		case C1D_BY_NARROW:
			return c1d_gemm_padded(variant->isa, filters);
		case C1D_BY_GEMM:
			break;
	}
	return c1d_gemm_panels(variant->isa, filters);
}

/* c1d_conv_panel_floats: the size of the packed kernel, all groups. */
int64_t
c1d_conv_panel_floats(const C1dConvGeometry *geometry, const C1dConvVariant *variant)
{
	int64_t		lines = geometry->height > 0 ? geometry->lines : 1;

	return kernel_groups(geometry, variant) * c1d_conv_padded(geometry, variant) *
		lines * geometry->taps * (geometry->row_floats / geometry->groups);
}

/* c1d_conv_bias_floats: the size of the packed bias, all groups. */
int64_t
c1d_conv_bias_floats(const C1dConvGeometry *geometry, const C1dConvVariant *variant)
{
	return kernel_groups(geometry, variant) * c1d_conv_padded(geometry, variant);
}

/* pack_depthwise: for each line, tap and filter of a channel, a row of all channels */
static void
pack_depthwise(const C1dConvGeometry *geometry, const C1dConvVariant *variant,
			   const C1dConvLayout *layout, float *panels)
{
	int64_t		multiplier = geometry->filters / geometry->groups;
	int64_t		wide = c1d_gemm_padded(variant->isa, geometry->groups);
	int64_t		lines = geometry->height > 0 ? geometry->lines : 1;

	for (int64_t l = 0; l < lines; l++)
		for (int64_t t = 0; t < geometry->taps; t++)
			for (int64_t j = 0; j < multiplier; j++)
			{
				const float *row = layout->from + l * layout->line_step + t * layout->tap_step + j * layout->column_step;

				for (int64_t c = 0; c < wide; c++)
					*panels++ = c < geometry->groups ? row[c * layout->group_step] : 0;
			}
}

/* c1d_conv_pack: write the panels of every group, c1d_conv_panel_floats(). */
void
c1d_conv_pack(const C1dConvGeometry *geometry, const C1dConvVariant *variant,
			  const C1dConvLayout *layout, float *panels)
{
	int			width = variant->way == C1D_BY_NARROW ? c1d_gemm_lanes(variant->isa) : 1;

	if (variant->way == C1D_BY_DEPTHWISE)
	{
		pack_depthwise(geometry, variant, layout, panels);
		return;
	}
	for (int64_t g = 0; g < geometry->groups; g++)
	{
		C1dGemmSource source = {
			.from = layout->from + g * layout->group_step,
			.lines = geometry->height > 0 ? geometry->lines : 1, .line_step = layout->line_step,
			.taps = geometry->taps, .tap_step = layout->tap_step,
			.inner = geometry->row_floats / geometry->groups, .inner_step = layout->inner_step,
			.columns = geometry->filters / geometry->groups, .column_step = layout->column_step,
		};

		if (variant->way == C1D_BY_GEMM)
			panels = c1d_gemm_pack(variant->isa, &source, panels);
		else
			for (int64_t n = 0; n < source.columns; n += width)
				panels = c1d_gemm_pack_panel(&source, n, width, panels);
	}
}

/* c1d_conv_pack_bias: bias is (filters), or NULL for none. */
void
c1d_conv_pack_bias(const C1dConvGeometry *geometry, const C1dConvVariant *variant,
				   const float *bias, float *packed)
{
	int64_t		filters = geometry->filters / geometry->groups;
	int64_t		wide = c1d_conv_padded(geometry, variant);

	memset(packed, 0, c1d_conv_bias_floats(geometry, variant) * sizeof(float));
	if (bias == NULL)
		return;
	if (variant->way == C1D_BY_DEPTHWISE)
		for (int64_t i = 0; i < geometry->filters; i++)
			packed[i % filters * (wide / filters) + i / filters] = bias[i];
	else
		for (int64_t g = 0; g < geometry->groups; g++)
			memcpy(packed + g * wide, bias + g * filters, filters * sizeof(float));
}

/* tame: are all of them at most C1D_TAME in size, and none NaN? */
static bool
tame(const float *at, int64_t count)
{
	for (int64_t i = 0; i < count; i++)
		if (!(fabsf(at[i]) <= C1D_TAME))
			return false;
	return true;
}

/* c1d_conv_tame: is no weight and no bias, as packed, so large that products may become infinite, or NaN? */
bool
c1d_conv_tame(const C1dConvGeometry *geometry, const C1dConvWeights *weights)
{
	return tame(weights->panels, c1d_conv_panel_floats(geometry, weights->variant)) &&
		tame(weights->bias, c1d_conv_bias_floats(geometry, weights->variant));
}
