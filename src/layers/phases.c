/*
 * src/layers/phases.c
 *	  Running the phases of a transposed convolution, or of one over repeated
 *	  steps.
 */
#include "layers/phases.h"

/*
 * positions
 *		The q of low .. high - 1 are those of a phase whose positions q * stride +
 *		remainder, less what is cropped, are among begin .. end - 1.
 */
static void
positions(int64_t begin, int64_t end, int64_t crop, int64_t remainder, int64_t stride, int64_t *low, int64_t *high)
{
	*low = begin + crop - remainder + stride - 1;
	*high = end + crop - remainder + stride - 1;
	*low = *low < 0 ? 0 : *low / stride;
	*high = *high < 0 ? 0 : *high / stride;
}

/*
 * c1d_phases_forward
 *		Compute rows begin .. end - 1 of the output: steps of a series, lines of
 *		an image.
 *
 * Every phase writes its own steps, stride apart; what no tap reaches is the
 * bias alone.  Activations that the tiles do not know are the caller's.
 */
void
c1d_phases_forward(const C1dPhases *p, const float *x, float *y, int64_t begin, int64_t end)
{
	bool		images = p->axes == 2;
	int64_t		steps = images ? p->width : 1;	/* of a row */
	C1dConvWeights weights = p->weights;

	if (p->count < p->stride[C1D_DOWN] * p->stride[C1D_ALONG])
	{
		C1dConvGeometry untouched = {.length = 1, .row_floats = p->groups, .stride = 1, .spacing = 1, .groups = p->groups, .filters = p->filters};

		weights.panels = weights.bias;	/* none is read: there are no taps */
		c1d_conv_rows(&untouched, &weights, x, y, p->filters, begin * steps, end * steps);
	}
	for (int64_t i = 0; i < p->count; i++)
	{
		const C1dPhase *phase = &p->phase[i];
		int64_t		top = 0,
					bottom = 1,
					low,
					high;

		if (images)
			positions(begin, end, p->crop[C1D_DOWN], phase->remainder[C1D_DOWN], p->stride[C1D_DOWN], &top, &bottom);
		positions(images ? 0 : begin, images ? p->width : end, p->crop[C1D_ALONG],
				  phase->remainder[C1D_ALONG], p->stride[C1D_ALONG], &low, &high);
		weights.panels = phase->panels;
		for (int64_t q = top; low < high && q < bottom; q++)
		{
			int64_t		line = images ? q * p->stride[C1D_DOWN] + phase->remainder[C1D_DOWN] - p->crop[C1D_DOWN] : 0;

			c1d_conv_line(&phase->geometry, &weights, x,
						  y + (line * p->width + phase->remainder[C1D_ALONG] - p->crop[C1D_ALONG]) * p->filters,
						  p->stride[C1D_ALONG] * p->filters, q, low, high);
		}
	}
}

/* floor_div: the greatest integer not above a / b, for b > 0 */
static int64_t
floor_div(int64_t a, int64_t b)
{
	return a >= 0 ? a / b : -((-a - 1) / b + 1);
}

/*
 * repeated_phase
 *		Output steps q * times + remainder of a convolution whose input steps are
 *		each there times times: taps that meet the same step are one, with the
 *		sum of their weights.
 */
static bool
repeated_phase(const C1dConvGeometry *geometry, const C1dConvLayout *layout, int64_t times, int64_t remainder,
			   C1dIsa isa, const C1dConvVariant **variant, C1dPhase *phase, C1dArena *arena, C1dError *err)
{
	int64_t		inner = geometry->row_floats / geometry->groups;
	int64_t		columns = geometry->filters / geometry->groups;
	int64_t		first = floor_div(remainder + geometry->offset, times);
	int64_t		taps = floor_div(remainder + geometry->offset + geometry->taps - 1, times) - first + 1;
	float	   *sums = c1d_alloc_array(arena, geometry->groups * taps * inner * columns, sizeof(float), err);
	C1dConvLayout summed = {
		.from = sums, .group_step = taps * inner * columns,
		.tap_step = inner * columns, .inner_step = columns, .column_step = 1,
	};

	if (sums == NULL)
		return false;
	for (int64_t i = 0; i < geometry->groups * taps * inner * columns; i++)
	{
		int64_t		n = i % columns;
		int64_t		q = i / columns % inner;
		int64_t		step = i / (columns * inner) % taps + first;
		const float *weight = layout->from + i / summed.group_step * layout->group_step +
			q * layout->inner_step + n * layout->column_step;
		double		sum = 0;

		for (int64_t t = 0; t < geometry->taps; t++)
			if (floor_div(remainder + geometry->offset + t, times) == step)
				sum += weight[t * layout->tap_step];
		sums[i] = (float) sum;
	}
	phase->remainder[C1D_ALONG] = remainder;
	phase->geometry = *geometry;
	phase->geometry.length = geometry->length / times;
	phase->geometry.offset = first;
	phase->geometry.taps = taps;
	if (*variant == NULL)
	{
		C1dConvGeometry most = phase->geometry;

		/* the phases have as many taps, or one less */
		most.taps = (geometry->taps + times - 2) / times + 1;
		*variant = c1d_conv_choose(&most, isa, 1);
	}
	phase->panels = c1d_conv_panels(&phase->geometry, *variant, &summed, arena, err);
	return phase->panels != NULL;
}

/*
 * c1d_repeated_phases
 *		The phases of a convolution of stride and dilation 1 over steps that are
 *		each there site->fusion.repeat times; geometry and layout are those of
 *		the convolution over all of them.  NULL when memory ran out.
 */
C1dPhases *
c1d_repeated_phases(const LayerSite *site, const C1dConvGeometry *geometry, const C1dConvLayout *layout,
					const float *bias, C1dArena *arena, C1dError *err)
{
	const C1dConvConfig *c = site->config;
	C1dPhases  *phases = c1d_alloc(arena, sizeof(*phases), err);

	if (phases == NULL)
		return NULL;
	*phases = (C1dPhases) {
		.axes = 1, .stride = {1, site->fusion.repeat}, .groups = geometry->groups, .filters = geometry->filters,
		.count = site->fusion.repeat,
	};
	c1d_fusion_activation(&site->fusion, &c->activation, &phases->weights.relu);
	phases->phase = c1d_alloc_array(arena, phases->count, sizeof(C1dPhase), err);
	if (phases->phase == NULL)
		return NULL;
	for (int64_t i = 0; i < phases->count; i++)
		if (!repeated_phase(geometry, layout, phases->count, i, site->tuning->isa, &phases->weights.variant,
							&phases->phase[i], arena, err))
			return NULL;
	phases->weights.bias = c1d_conv_bias(&phases->phase[0].geometry, phases->weights.variant, bias, arena, err);
	return phases->weights.bias == NULL ? NULL : phases;
}
