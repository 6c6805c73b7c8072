/*
 * src/pg/tensor_plot.c
 *	  plot_svg: a self-contained line chart, one line a channel.
 *
 * The picture has no background, grey axes and colours of middle lightness, so
 * it reads on white and on black.  A NaN or an infinity breaks its line.  Of a
 * series with more steps than pixels every pixel column keeps its least and
 * its greatest value, so no spike is lost and the text stays small.
 */
#include "pg/tensor.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"

#define WIDTH 800
#define HEIGHT 400
#define LEFT 80					/* room for the labels of the y axis */
#define TOP 16
#define BOTTOM 40
#define RIGHT 16
#define LEGEND 140				/* more room at the right with a legend */
#define LEGEND_LINES 18
#define MAX_LINES 100
#define TICKS 5					/* about as many */

/* relative luminance 0.1 to 0.3: contrast of 3 or more with white and black */
static const char *const colours[] = {
	"#1f77b4", "#d9480f", "#2b8a3e", "#9c36b5", "#c92a2a", "#0c8599", "#8a6d00", "#846358"
};

typedef struct Line
{
	const float *data;
	int64		stride;
	int64		length;
	int			tensor;			/* 1-based, for the legend */
	int			channel;		/* 1-based, 0 when the tensor has one only */
} Line;

/* One axis: values low to high lie at pixels from to to. */
typedef struct Axis
{
	double		low;
	double		high;
	double		from;
	double		to;
} Axis;

static double
pixel(const Axis *axis, double value)
{
	return axis->from + (value - axis->low) / (axis->high - axis->low) * (axis->to - axis->from);
}

/* nice_step: 1, 2 or 5 times a power of ten, that cuts range into about TICKS. */
static double
nice_step(double range)
{
	double		rough = range / TICKS;
	double		power = pow(10, floor(log10(rough)));
	double		digit = rough / power;

	return power * (digit < 1.5 ? 1 : digit < 3.5 ? 2 : digit < 7.5 ? 5 : 10);
}

/*
 * add_ticks
 *		Grid lines and labels at round values of an axis; vertical: of the y axis.
 */
static void
add_ticks(StringInfo svg, const Axis *axis, bool vertical, double least_step, double far_end)
{
	double		step = Max(nice_step(axis->high - axis->low), least_step);
	double		largest = Max(fabs(axis->low), fabs(axis->high));
	int			digits = 1 + (int) Max(ceil(log10(largest / step)), 5);

	for (int i = 0; i <= 2 * TICKS; i++)
	{
		double		value = (ceil(axis->low / step - 1e-9) + i) * step;
		double		at = pixel(axis, value);

		if (value > axis->high + step * 1e-9)
			break;
		if (fabs(value) < step / 2)
			value = 0;
		if (vertical)
			appendStringInfo(svg, "<path d=\"M%d %.1fH%.1f\"/><text x=\"%d\" y=\"%.1f\" text-anchor=\"end\" stroke=\"none\">%.*g</text>\n",
							 LEFT, at, far_end, LEFT - 6, at + 4, Min(digits, 15), value);
		else
			appendStringInfo(svg, "<path d=\"M%.1f %dV%.1f\"/><text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\" stroke=\"none\">%.*g</text>\n",
							 at, TOP, far_end, at, HEIGHT - BOTTOM + 18, Min(digits, 15), value);
	}
}

/*
 * add_line
 *		One path.  Each bin of steps gives its least and its greatest value, in
 *		the order in which they come; a bin without a finite value is a gap.  A
 *		lone point between gaps is drawn as a dot.
 */
static void
add_line(StringInfo svg, const Line *line, const Axis *x, const Axis *y, const char *colour)
{
	int64		bins = Min(line->length, (int64) (x->to - x->from));
	int64		run = 0;			/* points since the last gap */
	double		last_x = 0;
	double		last_y = 0;
	StringInfoData dots;

	initStringInfo(&dots);
	appendStringInfo(svg, "<path stroke=\"%s\" d=\"", colour);
	for (int64 bin = 0; bin <= bins; bin++)
	{
		int64		least = -1;
		int64		most = -1;

		for (int64 i = bin * line->length / bins; bin < bins && i < (bin + 1) * line->length / bins; i++)
		{
			float		value = line->data[i * line->stride];

			if (!isfinite(value))
				continue;
			if (least < 0 || value < line->data[least * line->stride])
				least = i;
			if (most < 0 || value > line->data[most * line->stride])
				most = i;
		}
		if (least < 0)
		{
			if (run == 1)
				appendStringInfo(&dots, "M%.1f %.1fh0", last_x, last_y);
			run = 0;
			continue;
		}
		for (int64 i = Min(least, most);; i = Max(least, most))
		{
			last_x = pixel(x, (double) (i + 1));
			last_y = pixel(y, line->data[i * line->stride]);
			appendStringInfo(svg, "%s%.1f %.1f", run++ ? "L" : "M", last_x, last_y);
			if (i == Max(least, most))
				break;
		}
	}
	appendStringInfoString(svg, "\"/>\n");
	if (dots.len > 0)
		appendStringInfo(svg, "<path stroke=\"%s\" stroke-width=\"4\" d=\"%s\"/>\n", colour, dots.data);
	pfree(dots.data);
}

/* add_legend: a stroke and a name a line, at the right. */
static void
add_legend(StringInfo svg, const Line *lines, int n)
{
	bool		one_tensor = lines[0].tensor == lines[n - 1].tensor;

	for (int i = 0; i < Min(n, LEGEND_LINES); i++)
	{
		int			y = TOP + 8 + i * 19;

		appendStringInfo(svg, "<path stroke=\"%s\" stroke-width=\"3\" d=\"M%d %dh20\"/>",
						 colours[i % lengthof(colours)], WIDTH - LEGEND - 8, y);
		appendStringInfo(svg, "<text x=\"%d\" y=\"%d\" fill=\"#808080\" stroke=\"none\">", WIDTH - LEGEND + 18, y + 4);
		if (i == LEGEND_LINES - 1 && n > LEGEND_LINES)
			appendStringInfo(svg, "and %d more", n - i);
		else if (one_tensor)
			appendStringInfo(svg, "channel %d", lines[i].channel);
		else if (lines[i].channel)
			appendStringInfo(svg, "tensor %d, channel %d", lines[i].tensor, lines[i].channel);
		else
			appendStringInfo(svg, "tensor %d", lines[i].tensor);
		appendStringInfoString(svg, "</text>\n");
	}
}

/*
 * collect_lines
 *		Every channel of every tensor of the array; null ones are left out.
 */
static int
collect_lines(ArrayType *array, Line lines[MAX_LINES])
{
	Datum	   *values;
	bool	   *nulls;
	int			tensors;
	int			n = 0;

	deconstruct_array(array, ARR_ELEMTYPE(array), -1, false, TYPALIGN_INT, &values, &nulls, &tensors);
	for (int i = 0; i < tensors; i++)
	{
		C1dTensor	x;
		int64		channels;

		if (nulls[i])
			continue;
		x = tensor_view(tensor_from_datum(values[i]));
		channels = x.shape.rank == 1 ? 1 : c1d_shape_channels(&x.shape);
		if (channels > MAX_LINES - n)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("plot_svg() draws at most %d lines", MAX_LINES),
					 errhint("channel(x, n) chooses one channel of a tensor.")));
		for (int c = 0; c < channels; c++)
			lines[n++] = (Line) {
			x.data + c, channels, c1d_shape_elements(&x.shape) / channels, i + 1, channels > 1 ? c + 1 : 0
		};
	}
	return n;
}

/* value_range: of all finite values, widened when it is empty. */
static void
value_range(const Line *lines, int n, double *low, double *high)
{
	*low = INFINITY;
	*high = -INFINITY;
	for (int i = 0; i < n; i++)
		for (int64 j = 0; j < lines[i].length; j++)
		{
			float		value = lines[i].data[j * lines[i].stride];

			if (isfinite(value))
			{
				*low = Min(*low, value);
				*high = Max(*high, value);
			}
		}
	if (*low > *high)
		*low = *high = 0;
	if (*low == *high)
	{
		double		half = *low == 0 ? 1 : fabs(*low) / 2;

		*low -= half;
		*high += half;
	}
}

/* plot_svg(VARIADIC tensor1d[]) -> text */
PGDLLEXPORT PG_FUNCTION_INFO_V1(plot_svg);
Datum
plot_svg(PG_FUNCTION_ARGS)
{
	Line		lines[MAX_LINES];
	int			n = collect_lines(PG_GETARG_ARRAYTYPE_P(0), lines);
	int			right = n > 1 ? RIGHT + LEGEND : RIGHT;
	Axis		x = {1, 1, LEFT, WIDTH - right};
	Axis		y = {0, 1, HEIGHT - BOTTOM, TOP};
	double		margin;
	StringInfoData svg;

	for (int i = 0; i < n; i++)
		x.high = Max(x.high, (double) lines[i].length);
	if (x.high == 1)
	{
		x.low = 0.5;
		x.high = 1.5;
	}
	value_range(lines, n, &y.low, &y.high);
	margin = (y.high - y.low) * 0.03;
	y.low -= margin;
	y.high += margin;

	initStringInfo(&svg);
	appendStringInfo(&svg, "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" "
					 "font-family=\"sans-serif\" font-size=\"12\" fill=\"#808080\">\n", WIDTH, HEIGHT, WIDTH, HEIGHT);
	appendStringInfoString(&svg, "<g stroke=\"#808080\" stroke-opacity=\"0.3\" stroke-width=\"1\">\n");
	add_ticks(&svg, &x, false, 1, y.from);
	add_ticks(&svg, &y, true, 0, x.to);
	appendStringInfo(&svg, "</g>\n<path stroke=\"#808080\" fill=\"none\" d=\"M%d %dV%dH%.1f\"/>\n",
					 LEFT, TOP, HEIGHT - BOTTOM, x.to);
	appendStringInfo(&svg, "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">timestep</text>\n",
					 (x.from + x.to) / 2, HEIGHT - 6);
	appendStringInfoString(&svg, "<g fill=\"none\" stroke-width=\"1.5\" stroke-linejoin=\"round\" stroke-linecap=\"round\">\n");
	for (int i = 0; i < n; i++)
	{
		CHECK_FOR_INTERRUPTS();
		add_line(&svg, &lines[i], &x, &y, colours[i % lengthof(colours)]);
	}
	if (n > 1)
		add_legend(&svg, lines, n);
	appendStringInfoString(&svg, "</g>\n</svg>\n");
	PG_RETURN_TEXT_P(cstring_to_text_with_len(svg.data, svg.len));
}
