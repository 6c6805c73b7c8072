/*
 * src/layers/phases.c
 *	  The phases of a transposed convolution, or of one over repeated steps:
 *	  their kernels, and running them.
 */
#include "layers/phases.h"

#include "base/number.h"

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
c1d_phases_forward(const C1dPhases *p, const float *x, float *y, float *work, int64_t begin, int64_t end)
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
		for (int64_t q = top; low < high && q < bottom; q++)
		{
			int64_t		line = images ? q * p->stride[C1D_DOWN] + phase->remainder[C1D_DOWN] - p->crop[C1D_DOWN] : 0;
			float	   *first = y + (line * p->width + phase->remainder[C1D_ALONG] - p->crop[C1D_ALONG]) * p->filters;
			int64_t		y_row = p->stride[C1D_ALONG] * p->filters;

			if (images)
				c1d_conv_line(&phase->geometry, &phase->weights, x, first, y_row, q, low, high);
			else
				c1d_indirect_rows(&phase->geometry, &phase->indirect, &phase->weights, x, first, y_row, low, high, work);
		}
	}
}

/*
 * c1d_phase_pack
 *		Pack the kernel of a phase whose geometry and layout are settled.  All
 *		phases have one variant: where none is chosen yet the first one, which
 *		then has the most taps, chooses it.
 */
bool
c1d_phase_pack(const LayerSite *site, C1dPhases *phases, C1dPhase *phase, C1dArena *arena, C1dError *err)
{
	if (phases->weights.variant == NULL)
		phases->weights.variant = c1d_conv_choose(&phase->geometry, site->tuning->isa, 1);
	phase->weights.panels = c1d_conv_panels(&phase->geometry, phases->weights.variant, &phase->layout, arena, err);
	return phase->weights.panels != NULL;
}

/*
 * c1d_phases_finish
 *		The bias, which is common to all phases, and the indirect way of those
 *		that have one.  Only memory can fail.
 */
bool
c1d_phases_finish(const LayerSite *site, C1dPhases *phases, const float *bias, C1dArena *arena, C1dError *err)
{
	phases->weights.bias = c1d_conv_bias(&phases->phase[0].geometry, phases->weights.variant, bias, arena, err);
	if (phases->weights.bias == NULL)
		return false;
	for (int64_t i = 0; i < phases->count; i++)
	{
		C1dPhase   *phase = &phases->phase[i];
		const float *panels = phase->weights.panels;
		int64_t		none,
					rows,
					need;

		phase->weights = phases->weights;
		phase->weights.panels = panels;
		positions(0, site->out.dim[0], phases->crop[C1D_ALONG], phase->remainder[C1D_ALONG],
				  phases->stride[C1D_ALONG], &none, &rows);
		if (!c1d_indirect_prepare(site, &phase->geometry, &phase->weights, &phase->layout, bias, rows, arena,
								  &phase->indirect, err))
			return false;
		need = c1d_indirect_workspace(site, &phase->geometry, &phase->indirect);
		phases->workspace = need > phases->workspace ? need : phases->workspace;
	}
	return true;
}

/*
 * repeated_phase
 *		Output steps q * times + remainder of a convolution whose input steps are
 *		each there times times: taps that meet the same step are one, with the
 *		sum of their weights.
 */
static bool
repeated_phase(const LayerSite *site, const C1dConvGeometry *geometry, const C1dConvLayout *layout, int64_t remainder,
			   C1dPhases *phases, C1dArena *arena, C1dError *err)
{
	int64_t		times = phases->count;
	C1dPhase   *phase = &phases->phase[remainder];
	int64_t		inner = geometry->row_floats / geometry->groups;
	int64_t		columns = geometry->filters / geometry->groups;
	int64_t		first = c1d_floor_div(remainder + geometry->offset, times);
	int64_t		taps = c1d_floor_div(remainder + geometry->offset + geometry->taps - 1, times) - first + 1;
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
			if (c1d_floor_div(remainder + geometry->offset + t, times) == step)
				sum += weight[t * layout->tap_step];
		sums[i] = (float) sum;
	}
	phase->remainder[C1D_ALONG] = remainder;
	phase->geometry = *geometry;
	phase->geometry.length = geometry->length / times;
	phase->geometry.offset = first;
	phase->geometry.taps = taps;
	phase->layout = summed;
	if (phases->weights.variant == NULL)
	{
		C1dConvGeometry most = phase->geometry;

		/* the phases have as many taps, or one less */
		most.taps = (geometry->taps + times - 2) / times + 1;
		phases->weights.variant = c1d_conv_choose(&most, site->tuning->isa, 1);
	}
	return c1d_phase_pack(site, phases, phase, arena, err);
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
		if (!repeated_phase(site, geometry, layout, i, phases, arena, err))
			return NULL;
	return c1d_phases_finish(site, phases, bias, arena, err) ? phases : NULL;
}

/*
 * c1d_phases_describe
 *		What the phases are for, and how they are computed: those that go an
 *		indirect way, if there are any, stand for all.
 */
void
c1d_phases_describe(const C1dPhases *phases, const char *what, C1dStepText *text)
{
	const C1dPhase *one = &phases->phase[0];

	for (int64_t i = phases->count - 1; i >= 0; i--)
		if (c1d_indirect_used(&phases->phase[i].indirect))
			one = &phases->phase[i];
	c1d_indirect_describe(&one->indirect, &phases->weights, what, text);
}
