/*
 * test/unit/indirect.h
 *	  Random layers for ways to compute a convolution other than the direct one,
 *	  and their outputs against a loop in double precision and the direct way.
 *
 * The measure is an output's own scale, |bias| + sqrt(sum over taps of
 * |weights|^2 |step|^2).  A way is run at once, over a series of which the
 * address sanitizer knows the end, and again in ranges of random size, over one
 * between NaN.  Its scratch is full of NaN each time.
 */
#ifndef C1D_UNIT_INDIRECT_H
#define C1D_UNIT_INDIRECT_H

#include "model.h"

#include "kernels/conv.h"

#define BOUND 1e-5

typedef enum Kind
{
	NORMAL,						/* all steps alike */
	SPARSE,						/* as after relu: half of it zeros, with silences */
	WIDE,						/* steps of very different size */
	SPIKES,						/* of 10^6 */
	STRANGE,					/* NaN and infinities */
	TINY,						/* steps down to the smallest numbers there are */
	HUGE_STEPS,					/* and up to the largest */
	KINDS
} Kind;

static const char *const kind_names[] = {"normal", "sparse", "wide", "spikes", "strange", "tiny", "huge"};

typedef struct Layer
{
	C1dConvGeometry geometry;
	int64_t		rows;			/* of y, after the pool */
	int64_t		y_row;
	float	   *x,
			   *kernel,			/* (taps, channels of a group, filters) */
			   *bias;
	C1dConvWeights direct;
	float	   *panels,
			   *packed_bias,
			   *forms;			/* the weights of the indirect way, between guards */
	bool		safe;			/* or did it refuse them? */
} Layer;

/* A way, of a layer that it has not refused. */
typedef struct Way
{
	int64_t		(*workspace) (const Layer *l);
	void		(*rows) (const Layer *l, const float *x, float *y, int64_t begin, int64_t end, float *work);

	/* must that row of y have the bits of the direct way?  NULL = none must */
	bool		(*as_direct) (const Layer *l, int64_t row);
} Way;

static double
normal(void)
{
	double		sum = 0;

	for (int i = 0; i < 12; i++)
		sum += unit_float();
	return sum / 2;
}

static void
fill_series(const C1dConvGeometry *g, Kind kind, float *x)
{
	static const float strange[] = {NAN, INFINITY, -INFINITY};
	double		size = 1;

	for (int64_t s = 0; s < g->length; s++)
	{
		if (kind == WIDE)
			size = unit_between(0, 3) ? size : exp(3 * normal());
		if (kind == SPARSE)
			size = unit_between(0, 9) ? 1 : 0;
		if (kind == TINY)
			size = unit_between(0, 3) ? size : exp2((double) unit_between(0, 3) ? -unit_between(20, 60) : -unit_between(60, 150));
		if (kind == HUGE_STEPS)
			size = unit_between(0, 3) ? size : exp2((double) unit_between(0, 3) ? unit_between(40, 55) : unit_between(55, 125));
		for (int64_t c = 0; c < g->row_floats; c++)
		{
			double		v = normal() * size;

			if (kind == SPARSE && v < 0)
				v = 0;
			if (kind == SPIKES && unit_between(0, 40 * g->row_floats) == 0)
				v = 1e6;
			if (kind == STRANGE && unit_between(0, 30 * g->row_floats) == 0)
				v = strange[unit_between(0, 2)];
			x[s * g->row_floats + c] = (float) v;
		}
	}
}

/* random_weights: of usual size, or with taps that matter less, one perhaps not at all */
static void
random_weights(Layer *l, bool uneven)
{
	const C1dConvGeometry *g = &l->geometry;
	int64_t		one = g->row_floats / g->groups * g->filters;

	l->kernel = unit_floats(g->taps * one);
	l->bias = unit_floats(g->filters);
	for (int64_t t = 0; t < g->taps; t++)
	{
		double		size = uneven ? exp(2 * normal()) * (unit_between(0, 5) > 0) : 1;

		for (int64_t i = 0; i < one; i++)
			l->kernel[t * one + i] = (float) (normal() * size);
	}
	for (int64_t n = 0; n < g->filters; n++)
		l->bias[n] = (float) normal();
}

static C1dConvLayout
layout_of(const Layer *l)
{
	const C1dConvGeometry *g = &l->geometry;

	return (C1dConvLayout) {
		.from = l->kernel, .group_step = g->filters / g->groups, .tap_step = g->row_floats / g->groups * g->filters,
		.inner_step = g->filters, .column_step = 1,
	};
}

/* lay_direct: pack a layer for the direct way. */
static void
lay_direct(Layer *l, const C1dConvVariant *variant, int pool, bool relu)
{
	const C1dConvGeometry *g = &l->geometry;
	C1dConvLayout layout = layout_of(l);

	l->direct = (C1dConvWeights) {.variant = variant, .relu = relu, .pool = pool};
	l->panels = unit_floats(c1d_conv_panel_floats(g, variant));
	l->packed_bias = unit_floats(c1d_conv_bias_floats(g, variant));
	c1d_conv_pack(g, variant, &layout, l->panels);
	c1d_conv_pack_bias(g, variant, l->bias, l->packed_bias);
	l->direct.panels = l->panels;
	l->direct.bias = l->packed_bias;
}

static void
free_layer(Layer *l)
{
	free(l->x);
	free(l->kernel);
	free(l->bias);
	free(l->panels);
	free(l->packed_bias);
	unit_unguard(l->forms);
}

/* run_rows: all at once, or in ranges of random size; false = something else was written, too */
static bool
run_rows(const Way *way, const Layer *l, float *y, bool at_once)
{
	int64_t		floats = way->workspace(l);
	int64_t		count = l->geometry.length * l->geometry.row_floats;
	float	   *work = unit_guarded(floats);
	float	   *x = unit_guarded(count);
	int64_t		end;
	bool		intact;

	memcpy(x, l->x, count * sizeof(float));
	for (int64_t begin = 0; begin < l->rows; begin = end)
	{
		end = at_once ? l->rows : begin + unit_between(1, unit_between(0, 1) ? 9 : l->rows);
		end = end > l->rows ? l->rows : end;
		memset(work, 0xff, floats * sizeof(float));
		way->rows(l, at_once ? l->x : x, y, begin, end, work);
	}
	intact = unit_intact(work, floats);
	unit_unguard(work);
	unit_unguard(x);
	return intact;
}

typedef struct Seen
{
	int64_t		layers;
	int64_t		values;
	int64_t		finite;
	int64_t		other_bits;		/* values that are not bit for bit those of the direct way */
	int64_t		as_direct;		/* that must be */
	int64_t		wrong;
	double		worst;			/* off the direct way, of an output's own scale */
	double		worst_true;		/* off the truth, the same */
	double		worst_direct;	/* what the direct way is off the truth */
	double		worst_output;	/* off the truth, of the layer's largest output */
} Seen;

/* output: one value in double precision, before relu and pool; and its scale */
static double
output(const Layer *l, int64_t at, int64_t n, double *scale)
{
	const C1dConvGeometry *g = &l->geometry;
	int64_t		inner = g->row_floats / g->groups;
	int64_t		group = n / (g->filters / g->groups);
	double		sum = l->bias[n];
	double		squares = 0;

	for (int64_t t = 0; t < g->taps; t++)
	{
		int64_t		s = at * g->stride + g->offset + t * g->spacing;
		const float *weights = l->kernel + t * inner * g->filters + n;
		const float *x = l->x + s * g->row_floats + group * inner;
		double		weight = 0,
					step = 0;

		if (s < 0 || s >= g->length)
			continue;
		for (int64_t c = 0; c < inner; c++)
		{
			double		w = weights[c * g->filters];
			double		v = x[c];

			sum += w * v;
			weight += w * w;
			step += v * v;
		}
		squares += weight * step;
	}
	*scale = fabs(l->bias[n]) + sqrt(squares);
	return sum;
}

static bool
same_kind(float a, float b)
{
	return isnan(a) ? isnan(b) : isinf(a) ? a == b : isfinite(b);
}

/* check_layer: all that was written, against the truth and the direct way */
static void
check_layer(const Way *way, const Layer *l, Seen *seen)
{
	const C1dConvGeometry *g = &l->geometry;
	int64_t		floats = (l->rows - 1) * l->y_row + g->filters;
	int			pool = l->direct.pool;
	float	   *y = unit_guarded(floats);
	float	   *ranges = unit_guarded(floats);
	float	   *direct = unit_guarded(floats);
	double		largest = 0,
				off = 0;

	seen->layers++;
	seen->wrong += !run_rows(way, l, y, true) || !run_rows(way, l, ranges, false);
	c1d_conv_rows(g, &l->direct, l->x, direct, l->y_row, 0, l->rows);
	seen->wrong += !unit_intact(y, floats) || !unit_intact(ranges, floats);
	for (int64_t r = 0; r < l->rows; r++)
	{
		bool		as_direct = way->as_direct != NULL && way->as_direct(l, r);

		for (int64_t n = 0; n < g->filters; n++)
		{
			float		got = y[r * l->y_row + n];
			float		rival = direct[r * l->y_row + n];
			double		truth = -INFINITY,
						scale = 0;

			seen->values++;
			seen->wrong += !unit_same_bits(&got, &ranges[r * l->y_row + n], 1) || !same_kind(got, rival) ||
				(as_direct && !unit_same_bits(&got, &rival, 1));
			seen->other_bits += !unit_same_bits(&got, &rival, 1);
			seen->as_direct += as_direct;
			if (as_direct)
				continue;

			/* a maximum is off by no more than the one of them that is off most */
			for (int i = 0; i < pool; i++)
			{
				double		own;
				double		v = output(l, r * pool + i, n, &own);

				truth = v > truth || v != v ? v : truth;
				scale = own > scale || own != own ? own : scale;
			}
			if (l->direct.relu && truth < 0)
				truth = 0;
			if (!isfinite(rival))
				continue;
			seen->finite++;
			if (scale > 0)
			{
				seen->worst = fmax(seen->worst, fabs((double) got - rival) / scale);
				seen->worst_true = fmax(seen->worst_true, fabs(got - truth) / scale);
				seen->worst_direct = fmax(seen->worst_direct, fabs(rival - truth) / scale);
			}
			else
				seen->wrong += got != rival;
			largest = fmax(largest, fabs(truth));
			off = fmax(off, fabs(got - truth));
		}
		if (r + 1 < l->rows)
			seen->wrong += !unit_untouched(y + r * l->y_row + g->filters, l->y_row - g->filters) ||
				!unit_untouched(ranges + r * l->y_row + g->filters, l->y_row - g->filters);
	}
	if (largest > 0)
		seen->worst_output = fmax(seen->worst_output, off / largest);
	seen->wrong += seen->worst > BOUND || seen->worst_true > BOUND;
	unit_unguard(y);
	unit_unguard(ranges);
	unit_unguard(direct);
}

/* off: how far a layer is off the direct way, of an output's own scale */
__attribute__((unused))
static double
off(const Way *way, const Layer *l)
{
	Seen		seen = {0};

	check_layer(way, l, &seen);
	return seen.worst;
}

#endif
