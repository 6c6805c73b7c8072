/*
 * test/unit/test_rearrange.c
 *	  Layers that move floats and change none: Permute, RepeatVector, torch's
 *	  Flatten and Unflatten, and its five kinds of padding.
 *
 * Torch keeps the channels first; the references below turn the tensor to
 * torch's order, do there what torch does, and turn it back.
 */
#include "model.h"

static C1dShape
random_shape(int rank, int64_t most)
{
	C1dShape	shape = {.rank = rank};

	for (int d = 0; d < rank; d++)
		shape.dim[d] = unit_between(1, most);
	return shape;
}

/* check: a layer whose output is known to the last bit, or who is refused */
static void
check(UnitTally *tally, const char *class_name, const char *config, const C1dShape *in, C1dCode code,
	  const C1dShape *out, const float *x, const double *y)
{
	UnitModel	m;

	unit_model_begin(&m, 1);
	if (!unit_add(&m, class_name, 0, NULL, "%s", config) || !unit_plan(&m, *in, unit_isa()) || code != C1D_OK)
		unit_refused(tally, &m, in, code);
	else
	{
		double	   *exactly = unit_must(calloc((size_t) c1d_shape_elements(out), sizeof(double)));

		unit_check(tally, &m, out, x, y, exactly);
		free(exactly);
	}
	unit_model_end(&m);
}

/* the place of an element in row-major order */
static int64_t
place(const C1dShape *shape, const int64_t at[C1D_MAX_RANK])
{
	int64_t		place = 0;

	for (int d = 0; d < shape->rank; d++)
		place = place * shape->dim[d] + at[d];
	return place;
}

/* next: the index after at, false after the last one */
static bool
next(const C1dShape *shape, int64_t at[C1D_MAX_RANK])
{
	for (int d = shape->rank - 1; d >= 0; d--)
	{
		if (++at[d] < shape->dim[d])
			return true;
		at[d] = 0;
	}
	return false;
}

TEST(permute)
{
	UnitTally	tally = {0};

	for (int i = 0; i < 2000; i++)
	{
		C1dShape	in = random_shape((int) unit_between(1, C1D_MAX_RANK), 5);
		C1dShape	out = in;
		int			axes[C1D_MAX_RANK] = {0, 1, 2, 3};
		int64_t		at[C1D_MAX_RANK] = {0};
		float	   *x = unit_random_floats(c1d_shape_elements(&in), false);
		double	   *y = unit_must(malloc((size_t) c1d_shape_elements(&in) * sizeof(double)));
		char		config[64];
		int			used = sprintf(config, "{'dims': [");

		for (int d = in.rank - 1; d > 0; d--)
		{
			int			other = (int) unit_between(0, d);
			int			kept = axes[d];

			axes[d] = axes[other];
			axes[other] = kept;
		}
		for (int d = 0; d < in.rank; d++)
		{
			out.dim[d] = in.dim[axes[d]];
			used += sprintf(config + used, "%s%d", d ? ", " : "", axes[d] + 1);
		}
		strcpy(config + used, "]}");
		do
		{
			int64_t		to[C1D_MAX_RANK];

			for (int d = 0; d < in.rank; d++)
				to[d] = at[axes[d]];
			y[place(&out, to)] = x[place(&in, at)];
		} while (next(&in, at));
		check(&tally, "Permute", config, &in, C1D_OK, &out, x, y);
		free(x);
		free(y);
	}
	ok(tally.wrong == 0, "Permute puts every element where its axes go: %lld cases of rank 1 to %d", (long long) tally.cases, C1D_MAX_RANK);
}

TEST(repeat)
{
	UnitTally	tally = {0};

	for (int i = 0; i < 300; i++)
	{
		int64_t		features = unit_between(1, 20),
					n = unit_between(1, 9);
		C1dShape	in = c1d_shape1(features),
					out = c1d_shape2(n, features);
		float	   *x = unit_random_floats(features, false);
		double	   *y = unit_must(malloc((size_t) (n * features) * sizeof(double)));
		char		config[32];

		for (int64_t k = 0; k < n * features; k++)
			y[k] = x[k % features];
		sprintf(config, "{'n': %d}", (int) n);
		check(&tally, "RepeatVector", config, &in, C1D_OK, &out, x, y);
		free(x);
		free(y);
	}
	ok(tally.wrong == 0, "RepeatVector repeats a vector: %lld cases", (long long) tally.cases);
}

/* turned: the shape that torch has for ours, and the elements in its order; back = the other way */
static C1dShape
turned(const C1dShape *shape, bool back)
{
	C1dShape	other = *shape;

	for (int d = 0; d < shape->rank; d++)
		other.dim[d] = shape->dim[back ? (d + 1) % shape->rank : (d + shape->rank - 1) % shape->rank];
	return other;
}

static double *
turn(const C1dShape *shape, const double *x, bool back)
{
	C1dShape	other = turned(shape, back);
	double	   *y = unit_must(malloc((size_t) c1d_shape_elements(shape) * sizeof(double)));
	int64_t		at[C1D_MAX_RANK] = {0};

	do
	{
		int64_t		to[C1D_MAX_RANK];

		for (int d = 0; d < shape->rank; d++)
			to[d] = at[back ? (d + 1) % shape->rank : (d + shape->rank - 1) % shape->rank];
		y[place(&other, to)] = x[place(shape, at)];
	} while (next(shape, at));
	return y;
}

/* an axis as torch counts it: the batch is 0, or from the end */
static int
torch_axis(int axis, int rank)
{
	return unit_between(0, 1) ? axis + 1 : axis - rank;
}

TEST(torch_views)
{
	UnitTally	flatten = {0},
				unflatten = {0};

	for (int i = 0; i < 3000; i++)
	{
		C1dShape	in = random_shape((int) unit_between(1, C1D_MAX_RANK), 6);
		C1dShape	theirs = turned(&in, false);
		C1dShape	flat = {0},
					opened = {0},
					out;
		int			first = (int) unit_between(0, in.rank - 1),
					last = (int) unit_between(first, in.rank - 1);
		float	   *x = unit_random_floats(c1d_shape_elements(&in), false);
		double	   *wide = unit_must(malloc((size_t) c1d_shape_elements(&in) * sizeof(double)));
		double	   *there,
				   *y;
		int64_t		half;
		char		config[96];

		for (int64_t k = 0; k < c1d_shape_elements(&in); k++)
			wide[k] = x[k];
		there = turn(&in, wide, false);

		/* there the floats stay in their order */
		for (int d = 0; d < in.rank; d++)
			if (d > first && d <= last)
				flat.dim[flat.rank - 1] *= theirs.dim[d];
			else
				flat.dim[flat.rank++] = theirs.dim[d];
		out = turned(&flat, true);
		y = turn(&flat, there, true);
		if (first == 0 && last == in.rank - 1 && unit_between(0, 1))
			strcpy(config, "{}");
		else
			sprintf(config, "{'start_dim': %d, 'end_dim': %d}", torch_axis(first, in.rank), torch_axis(last, in.rank));
		check(&flatten, "torch.nn.Flatten", config, &in, C1D_OK, &out, x, y);
		free(y);

		if (in.rank < C1D_MAX_RANK)
		{
			bool		fits = unit_between(0, 3) > 0;

			half = theirs.dim[first] % 2 == 0 ? 2 : 1;
			for (int d = 0; d < in.rank; d++)
			{
				opened.dim[opened.rank++] = d == first ? half : theirs.dim[d];
				if (d == first)
					opened.dim[opened.rank++] = theirs.dim[first] / half;
			}
			out = turned(&opened, true);
			y = turn(&opened, there, true);
			sprintf(config, "{'dim': %d, 'unflattened_size': [%d, %d]}", torch_axis(first, in.rank), (int) half,
					!fits ? (int) theirs.dim[first] + 1 : unit_between(0, 1) ? -1 : (int) (theirs.dim[first] / half));
			check(&unflatten, "Unflatten", config, &in, fits ? C1D_OK : C1D_BAD_SHAPE, &out, x, y);
			free(y);
		}
		free(x);
		free(wide);
		free(there);
	}
	ok(flatten.wrong == 0, "Flatten of torch puts element (c, t) at c * length + t: %lld cases", (long long) flatten.cases);
	ok(unflatten.wrong == 0 && unflatten.refused > 200, "Unflatten undoes it: %lld cases, %lld refused as they should be",
	   (long long) unflatten.cases, (long long) unflatten.refused);
}

/*
 * padded
 *		The step that stands at step t of the output, -1 = the value.  Negative
 *		padding cuts; what is repeated is what is left then.
 */
static int64_t
padded(int kind, int64_t length, int64_t before, int64_t after, int64_t t)
{
	int64_t		from = t - before;
	int64_t		low = before < 0 ? -before : 0,
				high = length - (after < 0 ? -after : 0);

	if (from >= 0 && from < length)
		return from;
	switch (kind)
	{
		case 2:					/* mirrored at the last step */
			return from < 0 ? -from : 2 * length - 2 - from;
		case 3:					/* the last step again */
			return from < 0 ? 0 : length - 1;
		case 4:					/* from the other end */
			return from < 0 ? high + from : low + from - length;
	}
	return -1;
}

TEST(torch_pads)
{
	static const char *const classes[] = {"ConstantPad1d", "ZeroPad1d", "ReflectionPad1d", "ReplicationPad1d", "CircularPad1d"};

	for (int kind = 0; kind < 5; kind++)
	{
		UnitTally	tally = {0};

		for (int i = 0; i < 1500; i++)
		{
			C1dShape	in = c1d_shape2(unit_between(1, 9), unit_between(1, 4)),
						out = in;
			int64_t		low = unit_between(0, 3) ? 0 : -4,
						before = unit_between(low, 6),
						after = unit_between(low, 6),
						left = in.dim[0] + (before < 0 ? before : 0) + (after < 0 ? after : 0);
			bool		fits = in.dim[0] + before + after >= 1 && (left >= 0 || kind == 2 || kind == 3);
			float	   *x = unit_random_floats(c1d_shape_elements(&in), false);
			double	   *y;
			char		config[96];
			int			used;

			if (kind == 2)
				fits = fits && before < in.dim[0] && after < in.dim[0];
			else if (kind == 4)
				fits = fits && before <= left && after <= left;
			out.dim[0] += before + after;
			y = unit_must(calloc((size_t) (out.dim[0] > 0 ? c1d_shape_elements(&out) : 1), sizeof(double)));
			for (int64_t t = 0; fits && t < out.dim[0]; t++)
			{
				int64_t		from = padded(kind, in.dim[0], before, after, t);

				for (int64_t c = 0; c < in.dim[1]; c++)
					y[t * in.dim[1] + c] = from < 0 ? (kind == 0 ? 2.5 : 0) : x[from * in.dim[1] + c];
			}
			if (before == after && unit_between(0, 1))
				used = sprintf(config, "{'padding': %d", (int) before);
			else
				used = sprintf(config, "{'padding': [%d, %d]", (int) before, (int) after);
			strcpy(config + used, kind == 0 ? ", 'value': 2.5}" : "}");
			check(&tally, classes[kind], config, &in, fits ? C1D_OK : C1D_BAD_SHAPE, &out, x, y);
			free(x);
			free(y);
		}
		ok(tally.wrong == 0 && tally.cases > 700, "%s: %lld cases, cutting too, %lld refused as they should be", classes[kind],
		   (long long) tally.cases, (long long) tally.refused);
	}
}

static void
refuses(const char *class_name, const char *config, C1dShape in, C1dCode code)
{
	UnitTally	tally = {0};
	char		text[C1D_SHAPE_TEXT];

	check(&tally, class_name, config, &in, code, NULL, NULL, NULL);
	ok(tally.wrong == 0 && tally.refused == 1, "refused: %s %s of %s", class_name, config, c1d_shape_text(&in, text));
}

TEST(refusals)
{
	C1dShape	series = c1d_shape2(6, 2);

	refuses("Permute", "{'dims': [1, 1]}", series, C1D_BAD_ARGUMENT);
	refuses("Permute", "{'dims': [2, 3]}", series, C1D_BAD_ARGUMENT);
	refuses("Permute", "{'dims': [0, 1]}", series, C1D_BAD_ARGUMENT);
	refuses("Permute", "{}", series, C1D_BAD_ARGUMENT);
	refuses("Permute", "{'dims': [2, 1, 3]}", series, C1D_BAD_SHAPE);
	refuses("RepeatVector", "{'n': 2}", series, C1D_BAD_SHAPE);
	refuses("RepeatVector", "{'n': 0}", c1d_shape1(3), C1D_BAD_ARGUMENT);
	refuses("RepeatVector", "{}", c1d_shape1(3), C1D_BAD_ARGUMENT);
	refuses("RepeatVector", "{'n': 2147483647}", c1d_shape1(3), C1D_LIMIT);
	refuses("torch.nn.Flatten", "{'start_dim': 0}", series, C1D_BAD_ARGUMENT);
	refuses("torch.nn.Flatten", "{'start_dim': 2, 'end_dim': 1}", series, C1D_BAD_ARGUMENT);
	refuses("torch.nn.Flatten", "{'start_dim': 4}", series, C1D_BAD_ARGUMENT);
	refuses("Unflatten", "{'dim': 1, 'unflattened_size': [-1, -1]}", series, C1D_BAD_ARGUMENT);
	refuses("Unflatten", "{'dim': 1, 'unflattened_size': [0, 2]}", series, C1D_BAD_ARGUMENT);
	refuses("Unflatten", "{'dim': 0, 'unflattened_size': [2]}", series, C1D_BAD_ARGUMENT);
	refuses("Unflatten", "{'dim': 1, 'unflattened_size': [2, 1, 1, 1]}", series, C1D_BAD_SHAPE);
	refuses("ConstantPad1d", "{'padding': 1}", series, C1D_BAD_ARGUMENT);
	refuses("ZeroPad1d", "{}", series, C1D_BAD_ARGUMENT);
	refuses("ZeroPad1d", "{'padding': [1, 2, 3]}", series, C1D_BAD_ARGUMENT);
	refuses("ZeroPad1d", "{'padding': [-2147483647, 2147483647]}", series, C1D_BAD_SHAPE);
	refuses("ReflectionPad1d", "{'padding': 6}", series, C1D_BAD_SHAPE);
	refuses("CircularPad1d", "{'padding': 7}", series, C1D_BAD_SHAPE);
}

RUN(permute, repeat, torch_views, torch_pads, refusals)
