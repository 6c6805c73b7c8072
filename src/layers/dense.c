/*
 * src/layers/dense.c
 *	  Dense and torch's Linear: a matrix product along one axis.
 *
 * Dense goes along the last axis.  So does Linear in torch, where the last
 * axis of a series is time: on our (timesteps, channels) it goes along the
 * timesteps.
 */
#include <inttypes.h>
#include <string.h>

#include "kernels/transpose.h"
#include "layers/activation.h"
#include "layers/conv_config.h"
#include "layers/indirect.h"
#include "layers/mirror.h"

#define TURNED 64				/* channels of a series that are turned at once */

/* A matrix unit pays for turning a series from so many features on, of so many products a float: measured. */
#define TURNED_FEATURES 96
#define TURNED_PRODUCTS 25

#define MIN(a, b) ((a) < (b) ? (a) : (b))

typedef struct DenseConfig
{
	int64_t		units;
	C1dActivation activation;
	bool		use_bias;
} DenseConfig;

typedef struct DensePrepared
{
	C1dConvGeometry geometry;	/* every row a window of its own */
	C1dConvWeights weights;
	C1dIndirect indirect;
	C1dActivation activation;
} DensePrepared;

static bool
dense_parse(C1dAttrs *attrs, void *config, C1dError *err)
{
	DenseConfig *c = config;

	return c1d_attr_int(attrs, "units", 1, INT64_MAX, C1D_REQUIRED, &c->units, err) &&
		c1d_attr_activation(attrs, "activation", &c->activation, err) &&
		c1d_attr_bool(attrs, "use_bias", true, &c->use_bias, err);
}

static bool
dense_infer(const void *config, const C1dShape *in, int inputs, C1dShape *out, C1dError *err)
{
	const DenseConfig *c = config;

	(void) inputs;
	(void) err;
	*out = *in;
	out->dim[out->rank - 1] = c->units;
	return true;
}

/* kernel (features, units), bias (units) */
static int
dense_weights(const void *config, const C1dShape *in, C1dWeightSpec *specs)
{
	const DenseConfig *c = config;

	specs[0] = (C1dWeightSpec) {"kernel", c1d_shape2(in == NULL ? 0 : c1d_shape_channels(in), c->units)};
	specs[1] = (C1dWeightSpec) {"bias", c1d_shape1(c->units)};
	return c->use_bias ? 2 : 1;
}

/* rows_of: rows of so many features as a convolution sees them, each a window of its own */
static C1dConvGeometry
rows_of(int64_t rows, int64_t features, int64_t units)
{
	return (C1dConvGeometry) {
		.length = rows,
		.row_floats = features,
		.stride = 1, .taps = 1, .spacing = 1, .groups = 1,
		.filters = units,
	};
}

/*
 * prepare
 *		Pack a kernel whose element (feature, unit) is at feature * inner_step +
 *		unit * column_step, for so many rows.
 */
static bool
prepare(const LayerSite *site, const DenseConfig *c, const C1dConvGeometry *geometry, int64_t inner_step, int64_t column_step,
		C1dArena *arena, DensePrepared *p, C1dError *err)
{
	C1dConvLayout layout = {.from = site->weights[0].data, .inner_step = inner_step, .column_step = column_step};
	const float *given = c->use_bias ? site->weights[1].data : NULL;

	if (!c1d_fusion_fold(&site->fusion, &site->weights[0], 1, c->units, &layout, &given, arena, err))
		return false;
	p->geometry = *geometry;
	p->weights.variant = c1d_conv_choose(&p->geometry, site->tuning->isa, 1);
	p->activation = c1d_fusion_activation(&site->fusion, &c->activation, &p->weights.relu);
	p->weights.panels = c1d_conv_panels(&p->geometry, p->weights.variant, &layout, arena, err);
	p->weights.bias = c1d_conv_bias(&p->geometry, p->weights.variant, given, arena, err);
	return p->weights.panels != NULL && p->weights.bias != NULL &&
		c1d_indirect_prepare(site, &p->geometry, &p->weights, &layout, given, p->geometry.length, arena, &p->indirect, err);
}

static bool
dense_prepare(const LayerSite *site, C1dArena *arena, const void **prepared, C1dError *err)
{
	const DenseConfig *c = site->config;
	DensePrepared *p = c1d_alloc(arena, sizeof(*p), err);
	int64_t		features = c1d_shape_channels(site->in);
	C1dConvGeometry geometry = rows_of(c1d_shape_elements(site->in) / features, features, c->units);

	*prepared = p;
	return p != NULL && prepare(site, c, &geometry, c->units, 1, arena, p, err);
}

static bool
dense_fuses(const LayerSite *site)
{
	const DenseConfig *c = site->config;

	return site->fusion.repeat == 0 && site->fusion.pool == 0 && c1d_fusion_tail_fits(&site->fusion, &c->activation);
}

static int64_t
dense_workspace(const LayerSite *site)
{
	const DensePrepared *p = site->prepared;

	return c1d_indirect_workspace(site, &p->geometry, &p->indirect);
}

static double
dense_cost(const LayerSite *site)
{
	return (double) c1d_shape_elements(&site->out) * c1d_shape_channels(site->in);
}

/* rows_forward: rows begin .. end - 1 of the product, and the activation */
static void
rows_forward(const LayerSite *site, const DensePrepared *p, const float *x, float *y, float *work, int64_t begin, int64_t end)
{
	int64_t		units = p->geometry.filters;

	c1d_indirect_rows(&p->geometry, &p->indirect, &p->weights, x, y, units, begin, end, work);
	c1d_activate(&p->activation, site->tuning->isa, y + begin * units, end - begin, units);
}

static void
dense_forward(const LayerSite *site, const float *const *x, float *y, float *work, int64_t begin, int64_t end)
{
	const DensePrepared *p = site->prepared;
	int64_t		each = p->geometry.length / c1d_layer_rows(&site->out);

	rows_forward(site, p, x[0], y, work, begin * each, end * each);
}

/* dense_mirror: as many units as there were features; SQL calls it dense */
static bool
dense_mirror(const void *config, C1dMirror *m, C1dError *err)
{
	C1dValue	back = {0};

	(void) config;
	return c1d_mirror_int(m, &back, "units", c1d_shape_channels(&m->in), err) &&
		c1d_mirror_activation(m, &back, err) &&
		c1d_mirror_add(m, m->dialect == C1D_SQL ? "dense" : "Dense", &back, err);
}

static void
describe(const DensePrepared *p, C1dStepText *text)
{
	c1d_indirect_describe(&p->indirect, &p->weights, "product", text);
}

static void
dense_describe(const LayerSite *site, C1dStepText *text)
{
	describe(site->prepared, text);
}

const LayerOps c1d_dense_ops = {
	.config_size = sizeof(DenseConfig),
	.parse = dense_parse,
	.infer = dense_infer,
	.weights = dense_weights,
	.prepare = dense_prepare,
	.fuses = dense_fuses,
	.describe = dense_describe,
	.workspace = dense_workspace,
	.cost = dense_cost,
	.forward = dense_forward,
	.mirror = dense_mirror,
};

typedef struct LinearConfig
{
	DenseConfig dense;			/* units is out_features */
	int64_t		in_features;
} LinearConfig;

/*
 * Along an axis that is not the last, the two sides of the product change
 * places: rows are those of the weight, each with its bias before it, and the
 * input is what is packed, under a row of ones.  Or, where a matrix unit is
 * faster even so, input and output are turned, and a channel is a row.
 */
typedef struct LinearPrepared
{
	DensePrepared *turned;		/* so is a vector computed, as by Dense; NULL = by what is below */
	C1dConvGeometry geometry;	/* out_features rows of 1 + in_features floats */
	const C1dConvVariant *variant;
	float	   *rows;
	float	   *bias;			/* zeros */
	int64_t		block;			/* floats of the input under ones */
} LinearPrepared;

static bool
linear_parse(C1dAttrs *attrs, void *config, C1dError *err)
{
	LinearConfig *c = config;

	return c1d_attr_int(attrs, "in_features", 1, INT64_MAX, C1D_REQUIRED, &c->in_features, err) &&
		c1d_attr_int(attrs, "out_features", 1, INT64_MAX, C1D_REQUIRED, &c->dense.units, err) &&
		c1d_attr_bool(attrs, "bias", true, &c->dense.use_bias, err);
}

static bool
linear_infer(const void *config, const C1dShape *in, int inputs, C1dShape *out, C1dError *err)
{
	const LinearConfig *c = config;
	int			axis = in->rank == 1 ? 0 : in->rank - 2;
	char		text[C1D_SHAPE_TEXT];

	(void) inputs;
	if (in->dim[axis] != c->in_features)
	{
		c1d_fail(err, C1D_BAD_SHAPE, "in_features is %" PRId64 ", the input has %" PRId64, c->in_features, in->dim[axis]);
		c1d_about(err, C1D_OF_FEATURES, c->in_features);
		c1d_detail(err, "The input has shape %s; Linear of torch goes along its last axis, %s.",
				   c1d_shape_text(in, text), in->rank == 1 ? "the features" : "which is time");
		if (c1d_shape_elements(in) == c->in_features)
			return c1d_hint(err, "Put Flatten before it.");
		if (c1d_shape_channels(in) == c->in_features)
			return c1d_hint(err, "Dense goes along the channels: the same weight, transposed.");
		if (in->rank == 1)
			return c1d_hint(err, "Set in_features to %" PRId64 ".", in->dim[axis]);
		return c1d_hint(err, "Set in_features to %" PRId64 ", or to %" PRId64 " with Flatten before it.", in->dim[axis], c1d_shape_elements(in));
	}
	*out = *in;
	out->dim[axis] = c->dense.units;
	return true;
}

/* weight (out_features, in_features), bias (out_features) */
static int
linear_weights(const void *config, const C1dShape *in, C1dWeightSpec *specs)
{
	const LinearConfig *c = config;

	(void) in;
	specs[0] = (C1dWeightSpec) {"weight", c1d_shape2(c->dense.units, c->in_features)};
	specs[1] = (C1dWeightSpec) {"bias", c1d_shape1(c->dense.units)};
	return c->dense.use_bias ? 2 : 1;
}

/* turns: is a matrix unit the faster way, even if a series has to be turned for it? */
static bool
turns(const LayerSite *site, const C1dConvGeometry *turned)
{
	int64_t		features = turned->row_floats;
	int64_t		units = turned->filters;

	return site->in->rank > 1 && !site->tuning->plain && features >= TURNED_FEATURES &&
		(double) features * units >= TURNED_PRODUCTS * ((double) features + units) &&
		c1d_split_fits(turned, site->tuning->isa, 1);
}

static bool
linear_prepare(const LayerSite *site, C1dArena *arena, const void **prepared, C1dError *err)
{
	const LinearConfig *c = site->config;
	int64_t		inner = 1 + c->in_features;
	int64_t		channels = c1d_shape_channels(site->in);
	C1dConvGeometry turned = rows_of(site->in->rank == 1 ? 1 : channels, c->in_features, c->dense.units);
	LinearPrepared *p = c1d_alloc(arena, sizeof(*p), err);

	*prepared = p;
	if (p == NULL)
		return false;
	if (site->in->rank == 1 || turns(site, &turned))
	{
		p->turned = c1d_alloc(arena, sizeof(*p->turned), err);
		if (p->turned == NULL || !prepare(site, &c->dense, &turned, 1, c->in_features, arena, p->turned, err))
			return false;
		if (site->in->rank == 1 || c1d_indirect_used(&p->turned->indirect))
			return true;
		p->turned = NULL;
	}
	p->geometry = rows_of(c->dense.units, inner, channels);
	p->variant = c1d_conv_choose(&p->geometry, site->tuning->isa, 1);
	p->block = inner * channels;
	p->rows = c1d_alloc_array(arena, c->dense.units * inner, sizeof(float), err);
	if (p->rows == NULL)
		return false;
	p->bias = c1d_alloc_array(arena, c1d_conv_bias_floats(&p->geometry, p->variant), sizeof(float), err);
	if (p->bias == NULL)
		return false;
	c1d_conv_pack_bias(&p->geometry, p->variant, NULL, p->bias);
	for (int64_t u = 0; u < c->dense.units; u++)
	{
		p->rows[u * inner] = c->dense.use_bias ? site->weights[1].data[u] : 0;
		memcpy(p->rows + u * inner + 1, site->weights[0].data + u * c->in_features, c->in_features * sizeof(float));
	}
	return true;
}

/* strips: in which the channels of a series are turned */
static int64_t
strips(int64_t channels)
{
	return (channels + TURNED - 1) / TURNED;
}

/* linear_rows: turned, strips of all blocks; else as all layers do it */
static int64_t
linear_rows(const LayerSite *site)
{
	const LinearConfig *c = site->config;
	const LinearPrepared *p = site->prepared;
	int64_t		channels = c1d_shape_channels(&site->out);

	if (p->turned == NULL || site->in->rank == 1)
		return c1d_layer_rows(&site->out);
	return c1d_shape_elements(&site->out) / c->dense.units / channels * strips(channels);
}

/*
 * linear_workspace
 *		Some channels of input and output, turned, and what their product needs;
 *		or the input under a row of ones, and packed, which both stay from one
 *		chunk to the next.
 */
static int64_t
linear_workspace(const LayerSite *site)
{
	const LinearPrepared *p = site->prepared;
	int64_t		turned = 0;

	if (p->turned == NULL)
		return p->block + c1d_conv_panel_floats(&p->geometry, p->variant);
	if (site->in->rank > 1)
		turned = TURNED * (p->turned->geometry.row_floats + p->turned->geometry.filters);
	return turned + c1d_indirect_workspace(site, &p->turned->geometry, &p->turned->indirect);
}

static double
linear_cost(const LayerSite *site)
{
	const LinearConfig *c = site->config;

	return (double) c1d_shape_elements(&site->out) * c->in_features;
}

/*
 * turned_forward
 *		Strips begin .. end - 1 of all blocks: the series of their channels become
 *		rows, and the rows of the product series.
 */
static void
turned_forward(const LayerSite *site, const DensePrepared *p, const float *x, float *y, float *work, int64_t begin, int64_t end)
{
	int64_t		channels = p->geometry.length;
	int64_t		features = p->geometry.row_floats;
	int64_t		units = p->geometry.filters;
	float	   *rows = work + c1d_indirect_workspace(site, &p->geometry, &p->indirect);
	float	   *products = rows + TURNED * features;

	for (int64_t s = begin; s < end; s++)
	{
		int64_t		block = s / strips(channels);
		int64_t		first = s % strips(channels) * TURNED;
		int64_t		count = MIN(channels - first, TURNED);

		c1d_transpose(x + block * features * channels + first, channels, rows, features, count, features);
		c1d_indirect_rows(&p->geometry, &p->indirect, &p->weights, rows, products, units, 0, count, work);
		c1d_transpose(products, units, y + block * units * channels + first, channels, units, count);
	}
}

/*
 * linear_forward
 *		Rank 1 as Dense; else y (..., out_features, channels) from x (...,
 *		in_features, channels), block after block.
 */
static void
linear_forward(const LayerSite *site, const float *const *x, float *y, float *work, int64_t begin, int64_t end)
{
	const LinearConfig *c = site->config;
	const LinearPrepared *p = site->prepared;
	int64_t		channels = c1d_shape_channels(site->in);
	int64_t		each = c1d_shape_elements(&site->out) / channels / c1d_layer_rows(&site->out);
	int64_t		units = c->dense.units;

	if (p->turned != NULL)
	{
		if (site->in->rank == 1)
			rows_forward(site, p->turned, x[0], y, work, begin, end);
		else
			turned_forward(site, p->turned, x[0], y, work, begin, end);
		return;
	}
	end *= each;
	for (int64_t r = begin * each; r < end;)
	{
		C1dConvLayout layout = {.from = work, .inner_step = channels, .column_step = 1};
		C1dConvWeights weights = {.variant = p->variant, .panels = work + p->block, .bias = p->bias};
		int64_t		block = r / units;
		int64_t		unit = r % units;
		int64_t		last = MIN(units, unit + end - r);

		if (unit == 0)
		{
			for (int64_t k = 0; k < channels; k++)
				work[k] = 1;
			memcpy(work + channels, x[0] + block * (p->block - channels), (p->block - channels) * sizeof(float));
			c1d_conv_pack(&p->geometry, p->variant, &layout, work + p->block);
		}
		c1d_conv_rows(&p->geometry, &weights, p->rows, y + block * units * channels, channels, unit, last);
		r += last - unit;
	}
}

static bool
linear_mirror(const void *config, C1dMirror *m, C1dError *err)
{
	const LinearConfig *c = config;
	C1dValue	back = {0};

	return c1d_mirror_int(m, &back, "in_features", c->dense.units, err) &&
		c1d_mirror_int(m, &back, "out_features", c->in_features, err) &&
		c1d_mirror_add(m, "Linear", &back, err);
}

static bool
linear_fuses(const LayerSite *site)
{
	return site->in->rank == 1 && site->fusion.repeat == 0 && site->fusion.pool == 0;
}

static void
linear_describe(const LayerSite *site, C1dStepText *text)
{
	const LinearPrepared *p = site->prepared;
	const C1dConvWeights direct = {.variant = p->variant};

	if (p->turned != NULL)
		describe(p->turned, text);
	else
		c1d_describe_product(&direct, "product", text);
}

const LayerOps c1d_torch_linear_ops = {
	.config_size = sizeof(LinearConfig),
	.parse = linear_parse,
	.infer = linear_infer,
	.weights = linear_weights,
	.prepare = linear_prepare,
	.fuses = linear_fuses,
	.describe = linear_describe,
	.workspace = linear_workspace,
	.cost = linear_cost,
	.rows = linear_rows,
	.forward = linear_forward,
	.mirror = linear_mirror,
};
