/*
 * src/layers/layer.h
 *	  What a layer kind is: one table of operations, one file, one line in the
 *	  registry for each of its names.
 *
 * The life of a layer: parse() reads attributes into a config once; infer()
 * turns input shapes into the output shape and is the only place where that
 * length is computed; weights() says which weights it must have; prepare()
 * settles geometry and packs weights once a plan; forward() computes rows of
 * the output and cannot fail.
 */
#ifndef C1D_LAYER_H
#define C1D_LAYER_H

#include "base/arena.h"
#include "base/shape.h"
#include "kernels/activation.h"
#include "kernels/isa.h"
#include "layers/attrs.h"

#define C1D_MAX_WEIGHTS 4
#define C1D_MAX_INPUTS 32

/* A weight that a layer must have; a dimension of 0, or a rank of 0, may be anything. */
typedef struct C1dWeightSpec
{
	const char *name;
	C1dShape	shape;
} C1dWeightSpec;

/*
 * What a step does besides its own layer: the plan gives it the work of layers
 * before and behind that.  All zeros: nothing.  In this order the input is
 * repeated, the layer computed, its output scaled, activated and pooled.
 */
typedef struct C1dFusion
{
	int64_t		repeat;			/* each input step so often; 0 = once */
	const double *scale;		/* for each channel of the output, with offset; NULL = none */
	const double *offset;
	C1dActivation activation;
	int64_t		pool;			/* the maximum of so many steps, as stride; 0 = none */
	C1dShape	in;				/* of the step, if anything is fused */
	C1dShape	out;
	struct LayerSite *first;	/* a layer before, with what is fused to it; NULL = none */
} C1dFusion;

/* A layer at its place in a plan: everything settled before rows come. */
typedef struct LayerSite
{
	const void *config;
	int			inputs;
	const C1dShape *in;			/* one for each input of the layer */
	C1dShape	out;
	const C1dTensor *weights;	/* in the order of weights() */
	const C1dTuning *tuning;
	C1dFusion	fusion;
	const void *prepared;		/* what prepare() returned */

	/*
	 * With a mask the last input is no data: a step of it that is nothing but
	 * *mask does not count.  NULL = there is none.
	 */
	const float *mask;
} LayerSite;

typedef struct C1dMirror C1dMirror; /* layers/mirror.h */

/* How a step is computed, in words. */
typedef struct C1dStepText
{
	char		kernel[48];
	char		tile[16];		/* empty: there are none */
} C1dStepText;

typedef struct LayerOps
{
	size_t		config_size;
	int			least_inputs;	/* 0 stands for 1, in both */
	int			most_inputs;

	/*
	 * Read the attributes into config, which is zeroed.  Whatever is wrong with
	 * a value by itself is found here: C1D_BAD_ARGUMENT, C1D_UNSUPPORTED.
	 */
	bool		(*parse) (C1dAttrs *attrs, void *config, C1dError *err);

	/*
	 * The output shape for these input shapes, which are valid.  The caller
	 * checks the result with c1d_shape_check().  C1D_BAD_SHAPE, C1D_BAD_ARGUMENT.
	 */
	bool		(*infer) (const void *config, const C1dShape *in, int inputs, C1dShape *out, C1dError *err);

	/*
	 * The weights for that input shape, or for any (in = NULL: dimensions that
	 * depend on it are 0).  Returns how many; NULL = the layer has none.
	 */
	int			(*weights) (const void *config, const C1dShape *in, C1dWeightSpec *specs);

	/*
	 * Once a plan: geometry and packed weights, from the arena; sets *prepared.
	 * NULL = nothing to prepare.
	 */
	bool		(*prepare) (const LayerSite *site, C1dArena *arena, const void **prepared, C1dError *err);

	/* Can forward() do what site->fusion says, too?  NULL = nothing of it. */
	bool		(*fuses) (const LayerSite *site);

	/*
	 * Add what this layer does to the fusion of a step beside it, which may
	 * point into the arena.  False, or NULL: it has to be a step of its own.
	 */
	bool		(*absorb) (const LayerSite *site, C1dFusion *fusion, C1dArena *arena);

	/*
	 * Can the step of this layer do that of the layer before it, too?  Returns
	 * the operations that do both, for which site->fusion.first will be that
	 * layer; NULL = no, or never.
	 */
	const struct LayerOps *(*pairs) (const LayerSite *site, const struct LayerOps *ops, const LayerSite *first,
									 C1dArena *arena);

	/*
	 * What computes it, and in which tiles, for model_plan(); NULL = what the
	 * class is called.
	 */
	void		(*describe) (const LayerSite *site, C1dStepText *text);

	/* Floats of scratch that forward() needs; NULL = none. */
	int64_t		(*workspace) (const LayerSite *site);

	/* Multiply-adds, or what costs as much, of the whole output. */
	double		(*cost) (const LayerSite *site);

	/* How many rows forward() counts; NULL = c1d_layer_rows() of the output. */
	int64_t		(*rows) (const LayerSite *site);

	/*
	 * Compute rows begin .. end - 1 of the output; a row is a step of the first
	 * axis, a rank 1 output has one row, unless rows() says otherwise.  x[i] has
	 * the shape in[i], y is the whole output, work is the scratch, which keeps
	 * what it holds from one call to the next; the first begins at 0.  NULL = the
	 * output is the input's own floats under another shape.
	 */
	void		(*forward) (const LayerSite *site, const float *const *x, float *y, float *work,
							int64_t begin, int64_t end);

	/*
	 * Append the layers that a decoder needs to get from the output shape back
	 * to the input shape, both of them in mirror.  NULL = the layer keeps the
	 * shape of its input, and a decoder may take a copy of it.
	 */
	bool		(*mirror) (const void *config, C1dMirror *mirror, C1dError *err);
} LayerOps;

/* A name in a dialect, and the kind it stands for. */
typedef struct LayerClass
{
	const char *class_name;
	C1dDialect	dialect;
	const LayerOps *ops;
	const char *default_name;	/* what an unnamed layer is called */
	const char *full_name;		/* where class_name alone could be another's, else NULL */
} LayerClass;

extern const LayerClass *c1d_layer_class(const C1dValue *class_name, C1dDialect preferred, C1dError *err);
extern const char *c1d_layer_meant(const C1dValue *class_name);
extern bool c1d_layer_dialect(const C1dValue *class_name, C1dDialect *dialect);
extern const char *c1d_layer_full_name(const LayerClass *class);
extern int64_t c1d_layer_rows(const C1dShape *out);
extern int64_t c1d_site_rows(const LayerOps *ops, const LayerSite *site);

extern bool c1d_layer_parse(const LayerClass *class, const C1dValue *config_value, C1dArena *arena,
							const void **config, C1dError *err);
extern bool c1d_layer_infer(const LayerClass *class, const void *config, const C1dShape *in, int inputs,
							C1dShape *out, C1dError *err);
extern bool c1d_layer_check_weights(const LayerClass *class, const void *config, const C1dShape *in,
									const C1dTensor *weights, int count, C1dError *err);
extern bool c1d_layer_params(const LayerClass *class, const void *config, const C1dShape *in,
							 int64_t *params, C1dError *err);

extern bool c1d_layer_wants_series(const C1dShape *in, C1dError *err);
extern bool c1d_layer_wants_groups(int64_t channels, int64_t groups, C1dError *err);
extern bool c1d_layer_axis(int64_t axis, const C1dShape *in, int *at, C1dError *err);
extern const float *c1d_masking_value(const void *config);
extern bool c1d_resolve_shape(const C1dShape *in, const C1dShape *target, C1dShape *out, C1dError *err);

/* One table a kind. */
extern const LayerOps c1d_activation_ops;
extern const LayerOps c1d_adaptive_average_pool_ops;
extern const LayerOps c1d_adaptive_average_pool2d_ops;
extern const LayerOps c1d_adaptive_max_pool_ops;
extern const LayerOps c1d_adaptive_max_pool2d_ops;
extern const LayerOps c1d_average_pool_ops;
extern const LayerOps c1d_batch_norm_ops;
extern const LayerOps c1d_batch_norm1d_ops;
extern const LayerOps c1d_batch_norm2d_ops;
extern const LayerOps c1d_concatenate_ops;
extern const LayerOps c1d_conv_ops;
extern const LayerOps c1d_conv_transpose_ops;
extern const LayerOps c1d_cropping_ops;
extern const LayerOps c1d_dense_ops;
extern const LayerOps c1d_depthwise_conv_ops;
extern const LayerOps c1d_dropout_ops;
extern const LayerOps c1d_dropout1d_ops;
extern const LayerOps c1d_flatten_ops;
extern const LayerOps c1d_function_ops;
extern const LayerOps c1d_global_average_pool_ops;
extern const LayerOps c1d_global_average_pool2d_ops;
extern const LayerOps c1d_global_max_pool_ops;
extern const LayerOps c1d_global_max_pool2d_ops;
extern const LayerOps c1d_group_norm_ops;
extern const LayerOps c1d_identity_ops;
extern const LayerOps c1d_input_ops;
extern const LayerOps c1d_instance_norm1d_ops;
extern const LayerOps c1d_instance_norm2d_ops;
extern const LayerOps c1d_layer_norm_ops;
extern const LayerOps c1d_masking_ops;
extern const LayerOps c1d_max_pool_ops;
extern const LayerOps c1d_merge_ops;
extern const LayerOps c1d_minmax_ops;
extern const LayerOps c1d_minmax_inverse_ops;
extern const LayerOps c1d_noise_ops;
extern const LayerOps c1d_padding_ops;
extern const LayerOps c1d_pair_ops;
extern const LayerOps c1d_permute_ops;
extern const LayerOps c1d_prelu_ops;
extern const LayerOps c1d_regularization_ops;
extern const LayerOps c1d_repeat_vector_ops;
extern const LayerOps c1d_reshape_ops;
extern const LayerOps c1d_resize_ops;
extern const LayerOps c1d_rms_norm_ops;
extern const LayerOps c1d_separable_conv_ops;
extern const LayerOps c1d_softmax_ops;
extern const LayerOps c1d_spatial_dropout1d_ops;
extern const LayerOps c1d_spatial_dropout2d_ops;
extern const LayerOps c1d_subtract_ops;
extern const LayerOps c1d_time_distributed_ops;
extern const LayerOps c1d_torch_activation_ops;
extern const LayerOps c1d_torch_flatten_ops;
extern const LayerOps c1d_torch_group_norm_ops;
extern const LayerOps c1d_torch_layer_norm_ops;
extern const LayerOps c1d_torch_linear_ops;
extern const LayerOps c1d_torch_pad_ops;
extern const LayerOps c1d_torch_rms_norm_ops;
extern const LayerOps c1d_torch_upsample_ops;
extern const LayerOps c1d_unflatten_ops;
extern const LayerOps c1d_unit_norm_ops;
extern const LayerOps c1d_upsample_ops;

#endif
