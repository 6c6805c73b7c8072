/*
 * src/layers/pair.c
 *	  Two convolutions in one step, where a window of few floats becomes many
 *	  channels, and these become few again: what lies between is never a series.
 *
 * Such layers leave a matrix product little to do: the first stores more than
 * it multiplies, the second adds up lanes.  So the lanes are steps throughout.
 * For some steps at a time the windows become planes, one for each of their
 * floats; these become planes of channels; and these a plane for each tap and
 * filter of the second layer, of what it has to add somewhere.  At last these
 * are added up, each as far to the side as its tap lies.
 *
 * Padding is zeros here.  Between the layers that is nothing added; before the
 * first, whose weights are finite, a product of 0.
 */
#include <stdio.h>

#include "base/number.h"
#include "kernels/finite.h"
#include "kernels/planes.h"
#include "layers/conv_config.h"

#define TILE 512				/* steps between the layers of which taps are added up together */
#define STEPS 256				/* of these, from window to taps in one go */

/* More would not be faster than one layer after the other. */
#define MOST_POOL 2
#define MOST_WINDOW (C1D_PLANE_WINDOW * MOST_POOL)

/* Steps that may lie between the first tap of the second layer and its last: a tile has them twice. */
#define MOST_REACH 64

#define PICKED (STEPS + C1D_PLANE_SLACK)

typedef struct PairPrepared
{
	/* step i between the layers is the greatest of pool, each of a window */
	C1dPick		pick;			/* the first float of the first window; x is not known yet */
	int64_t		window;			/* floats */
	int64_t		picks[MOST_WINDOW]; /* where they lie, from the first on: a window after the other */
	int			pool;
	int64_t		length;			/* steps between the layers */
	int64_t		channels;
	const float *weight;		/* of both layers: C1dPlanes */
	bool		relu;			/* between them */

	/* the second layer */
	int64_t		taps;			/* times filters */
	int64_t		filters;
	C1dWoven	woven;			/* all but what is known while it runs */
	int64_t		phases;			/* steps of the output for one between the layers */
	int64_t		least;			/* shift */
	int64_t		reach;			/* the greatest shift less the least */
	C1dActivation last;
} PairPrepared;

/* whose operations these are by themselves */
static const LayerOps *
ops_of(const C1dConvConfig *c)
{
	return c->kind == C1D_CONV_TRANSPOSED ? &c1d_conv_transpose_ops : &c1d_conv_ops;
}

/* times: a step between the layers is there so often for the second one */
static int64_t
times(const LayerSite *site)
{
	return site->fusion.repeat == 0 ? 1 : site->fusion.repeat;
}

/*
 * Where the second layer puts what it reads: of step i between the layers, tap j
 * goes to i * phases + start + j * tap_step, and if the step is there more than
 * once, to as many steps from there on.
 */
typedef struct Reach
{
	int64_t		phases;			/* steps of the output for one between the layers */
	int64_t		start;
	int64_t		tap_step;
} Reach;

static bool
reach_of(const LayerSite *site, Reach *reach, C1dError *err)
{
	const C1dConvConfig *c = site->config;
	const C1dWindow *w = &c->windows.axis[C1D_ALONG];
	C1dWindowPlace place[C1D_AXES];
	int64_t		crop;

	if (c->kind == C1D_CONV_TRANSPOSED)
	{
		if (!c1d_conv_transpose_crop(c, site->in, &crop, err))
			return false;
		*reach = (Reach) {w->stride, -crop, w->dilation};
		return true;
	}
	if (!c1d_windows_place(&c->windows, site->in, place, err))
		return false;
	*reach = (Reach) {times(site), place[C1D_ALONG].before, -w->dilation};
	return true;
}

/*
 * c1d_conv_pairs
 *		See pairs() in layer.h: first is a convolution of few floats a window,
 *		this one has few taps and filters.
 *
 * Where a pool makes fewer steps to be stored, two steps are as fast, but for a
 * second layer that repeats them.  In four lanes, too, there is nothing to gain.
 */
const LayerOps *
c1d_conv_pairs(const LayerSite *site, const LayerOps *ops, const LayerSite *first, C1dArena *arena)
{
	const C1dConvConfig *b = first->config;
	const C1dConvConfig *c = site->config;
	const C1dWindow *before = &b->windows.axis[C1D_ALONG];
	const C1dWindow *behind = &c->windows.axis[C1D_ALONG];
	C1dConvLayout layout;
	const float *bias;
	bool		relu;
	C1dError	ignored;

	if (site->tuning->isa == C1D_ISA_BASELINE ||
		ops != &c1d_conv_ops || b->windows.axes != 1 || b->groups != 1 || b->filters < 2 ||
		before->size > C1D_PLANE_WINDOW || before->size * c1d_shape_channels(first->in) > C1D_PLANE_WINDOW ||
		first->fusion.repeat != 0 || first->fusion.pool > MOST_POOL ||
		c1d_fusion_activation(&first->fusion, &b->activation, &relu).function != C1D_ACT_LINEAR)
		return NULL;
	if ((c->kind == C1D_CONV_PLAIN ? behind->stride != 1 : c->kind != C1D_CONV_TRANSPOSED) ||
		c->windows.axes != 1 || c->groups != 1 || site->fusion.pool != 0 ||
		behind->size > C1D_PLANE_TAPS || c->filters > C1D_PLANE_TAPS || behind->size * c->filters > C1D_PLANE_TAPS ||
		behind->stride > C1D_WOVEN || behind->stride * times(site) * c->filters > C1D_WOVEN ||
		(first->fusion.pool != 0 && behind->stride * times(site) == 1) ||
		behind->dilation > MOST_REACH || c1d_window_span(behind) > MOST_REACH)
		return NULL;

	/* zeros beside the series must give nothing */
	return c1d_conv_weights(first, &layout, &bias, arena, &ignored) &&
		c1d_is_finite(site->tuning->isa, layout.from, c1d_shape_elements(&first->weights[0].shape)) ? &c1d_pair_ops : NULL;
}

/* prepare_windows: what the first layer reads for a step between them */
static bool
prepare_windows(const LayerSite *site, PairPrepared *p, C1dError *err)
{
	const C1dConvConfig *c = site->config;
	int64_t		inner = c1d_shape_channels(site->in);
	C1dWindowPlace place[C1D_AXES];
	C1dConvGeometry g;
	int64_t		picks = 0;

	if (!c1d_windows_place(&c->windows, site->in, place, err))
		return false;
	g = c1d_conv_geometry(c, site->in, place);
	p->pool = site->fusion.pool == 0 ? 1 : (int) site->fusion.pool;
	p->pick = (C1dPick) {
		.count = g.length * inner, .first = g.offset * inner, .step = p->pool * g.stride * inner,
	};
	p->window = g.taps * inner;
	for (int64_t r = 0; r < p->pool; r++)
		for (int64_t t = 0; t < g.taps; t++)
			for (int64_t q = 0; q < inner; q++)
				p->picks[picks++] = (r * g.stride + t * g.spacing) * inner + q;
	p->length = c1d_site_rows(&c1d_conv_ops, site);
	return true;
}

/* prepare_terms: which taps are added up to a step of the output, and how far to the side each of them lies */
static bool
prepare_terms(const LayerSite *site, PairPrepared *p, C1dArena *arena, C1dError *err)
{
	const C1dConvConfig *c = site->config;
	C1dWoven   *woven = &p->woven;
	int64_t		size = c->windows.axis[C1D_ALONG].size;
	int64_t		most = INT64_MIN;
	C1dShifted *terms = c1d_alloc_array(arena, p->taps * times(site), sizeof(C1dShifted), err);
	int		   *first;
	int			count = 0;
	Reach		reach;

	if (terms == NULL || !reach_of(site, &reach, err))
		return false;
	p->phases = reach.phases;
	p->least = INT64_MAX;
	woven->results = (int) (reach.phases * p->filters);
	first = c1d_alloc_array(arena, woven->results + 1, sizeof(int), err);
	if (first == NULL)
		return false;
	for (int r = 0; r < woven->results; r++)
	{
		first[r] = count;
		for (int64_t e = 0; e < times(site); e++)
			for (int64_t j = 0; j < size; j++)
			{
				int64_t		to = reach.start + j * reach.tap_step + e;
				int64_t		shift = -c1d_floor_div(to, reach.phases);

				if (to + shift * reach.phases != r / p->filters)
					continue;
				terms[count++] = (C1dShifted) {j * p->filters + r % p->filters, shift};
				p->least = shift < p->least ? shift : p->least;
				most = shift > most ? shift : most;
			}
	}
	first[woven->results] = count;
	p->reach = most - p->least;
	woven->terms = terms;
	woven->first = first;
	return true;
}

/* prepare_weights: those of both layers, channel by channel, and the second one's bias */
static bool
prepare_weights(const LayerSite *site, PairPrepared *p, C1dArena *arena, C1dError *err)
{
	const LayerSite *first = site->fusion.first;
	int64_t		inner = c1d_shape_channels(first->in);
	C1dConvLayout from,
				to;
	const float *start,
			   *bias;
	float	   *weight,
			   *results;

	if (!c1d_conv_weights(first, &from, &start, arena, err) || !c1d_conv_weights(site, &to, &bias, arena, err))
		return false;
	weight = c1d_alloc_array(arena, p->channels * (1 + p->window + p->taps), sizeof(float), err);
	if (weight == NULL)
		return false;
	results = c1d_alloc_array(arena, p->woven.results, sizeof(float), err);
	if (results == NULL)
		return false;
	p->weight = weight;
	p->woven.bias = results;
	for (int64_t n = 0; n < p->channels; n++)
	{
		*weight++ = start == NULL ? 0 : start[n];
		for (int64_t k = 0; k < p->window; k++)
			*weight++ = from.from[k / inner * from.tap_step + k % inner * from.inner_step + n * from.column_step];
		for (int64_t t = 0; t < p->taps; t++)
			*weight++ = to.from[t / p->filters * to.tap_step + n * to.inner_step + t % p->filters * to.column_step];
	}
	for (int r = 0; r < p->woven.results; r++)
		results[r] = bias == NULL ? 0 : bias[r % p->filters];
	return true;
}

static bool
pair_prepare(const LayerSite *site, C1dArena *arena, const void **prepared, C1dError *err)
{
	const LayerSite *first = site->fusion.first;
	const C1dConvConfig *b = first->config;
	const C1dConvConfig *c = site->config;
	PairPrepared *p = c1d_alloc(arena, sizeof(*p), err);
	bool		relu;

	if (p == NULL || !prepare_windows(first, p, err))
		return false;
	p->channels = b->filters;
	p->filters = c->filters;
	p->taps = c->windows.axis[C1D_ALONG].size * p->filters;
	c1d_fusion_activation(&first->fusion, &b->activation, &p->relu);
	p->last = c1d_fusion_activation(&site->fusion, &c->activation, &relu);
	if (relu)
		p->last = c1d_activation(C1D_ACT_RELU);
	*prepared = p;
	return prepare_terms(site, p, arena, err) && prepare_weights(site, p, arena, err);
}

/* Scratch: the planes of a window, and those of taps, each this long. */
static int64_t
tap_row(const PairPrepared *p)
{
	return (TILE + p->reach + C1D_PLANE_SLACK - 1) / C1D_PLANE_SLACK * C1D_PLANE_SLACK + C1D_PLANE_SLACK;
}

static int64_t
pair_workspace(const LayerSite *site)
{
	const PairPrepared *p = site->prepared;

	return p->pool * p->window * PICKED + p->taps * tap_row(p);
}

/* of the two layers as they are by themselves */
static double
pair_cost(const LayerSite *site)
{
	const LayerSite *first = site->fusion.first;

	return ops_of(first->config)->cost(first) + ops_of(site->config)->cost(site);
}

/* clear: steps begin .. end - 1 of all taps */
static void
clear(const PairPrepared *p, float *taps, int64_t begin, int64_t end)
{
	for (int64_t t = 0; t < p->taps; t++)
		for (int64_t i = begin; i < end; i++)
			taps[t * tap_row(p) + i] = 0;
}

/* between: from steps begin .. end - 1 between the layers, up to STEPS, to their taps */
static void
between(const PairPrepared *p, C1dIsa isa, const float *x, float *work, float *taps, int64_t begin, int64_t end)
{
	int64_t		steps = end - begin;
	C1dPick		pick = p->pick;
	C1dPlanes	planes = {
		.in = work, .in_row = PICKED, .window = p->window, .pool = p->pool,
		.weight = p->weight, .channels = p->channels, .relu = p->relu,
		.out = taps, .out_row = tap_row(p), .taps = p->taps, .steps = steps,
	};

	pick.x = x;
	for (int64_t k = 0; k < p->pool * p->window; k++)
	{
		pick.first = p->pick.first + begin * pick.step + p->picks[k];
		c1d_plane_pick(isa, &pick, work + k * PICKED, c1d_ceil_div(steps, C1D_PLANE_SLACK) * C1D_PLANE_SLACK);
	}
	c1d_planes_through(isa, &planes);
}

static void
pair_forward(const LayerSite *site, const float *const *x, float *y, float *work, int64_t begin, int64_t end)
{
	const PairPrepared *p = site->prepared;
	C1dIsa		isa = site->tuning->isa;
	float	   *taps = work + p->pool * p->window * PICKED;
	C1dWoven	woven = p->woven;

	woven.in = taps;
	woven.in_row = tap_row(p);
	woven.y = y;
	woven.low = begin * p->filters;
	woven.high = end * p->filters;
	for (woven.begin = begin / p->phases; woven.begin * p->phases < end; woven.begin = woven.end)
	{
		int64_t		low,
					high;

		woven.end = c1d_ceil_div(end, p->phases);
		if (woven.end > woven.begin + TILE)
			woven.end = woven.begin + TILE;

		/* the taps' planes begin with the first step that any of them reads; some may lie beyond the ends */
		woven.at = woven.begin + p->least;
		low = woven.at > 0 ? woven.at : 0;
		high = woven.end + p->least + p->reach;
		high = high < p->length ? high : p->length;
		if (low > high)
			low = high = woven.at;
		for (int64_t i = low; i < high; i += STEPS)
			between(p, isa, x[0], work, taps + i - woven.at, i, high - i < STEPS ? high : i + STEPS);
		clear(p, taps, 0, low - woven.at);
		clear(p, taps, high - woven.at, c1d_ceil_div(woven.end - woven.begin, C1D_PLANE_SLACK) * C1D_PLANE_SLACK + p->reach);
		c1d_planes_weave(isa, &woven);
	}
	c1d_activate(&p->last, isa, y + begin * p->filters, end - begin, p->filters);
}

static void
pair_describe(const LayerSite *site, C1dStepText *text)
{
	snprintf(text->kernel, sizeof(text->kernel), "paired planes");
	snprintf(text->tile, sizeof(text->tile), "%s", c1d_isa_names[c1d_isa_vectors(site->tuning->isa)]);
}

const LayerOps c1d_pair_ops = {
	.prepare = pair_prepare,
	.describe = pair_describe,
	.workspace = pair_workspace,
	.cost = pair_cost,
	.forward = pair_forward,
};
