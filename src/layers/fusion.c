/*
 * src/layers/fusion.c
 *	  The work of layers behind a convolution or a dense layer, done by it: a
 *	  batch normalization in its weights, an activation in its store.
 */
#include "layers/fusion.h"

#include <stdio.h>
#include <string.h>

/* c1d_fusion_tail_fits: can a layer with that activation do what comes behind it, pooling aside? */
bool
c1d_fusion_tail_fits(const C1dFusion *fusion, const C1dActivation *own)
{
	return own->function == C1D_ACT_LINEAR ||
		(fusion->scale == NULL && fusion->activation.function == C1D_ACT_LINEAR);
}

/*
 * c1d_fusion_activation
 *		The one activation of a step: the layer's own, or the one behind it.  A
 *		relu is the tiles' (relu is set); what they do not do is returned.
 */
C1dActivation
c1d_fusion_activation(const C1dFusion *fusion, const C1dActivation *own, bool *relu)
{
	const C1dActivation *one = own->function == C1D_ACT_LINEAR ? &fusion->activation : own;

	*relu = one->function == C1D_ACT_RELU;
	return *relu ? c1d_activation(C1D_ACT_LINEAR) : *one;
}

/*
 * c1d_fusion_fold
 *		Multiply a kernel and its bias (filters; NULL = zeros) by the scale that
 *		follows, and add the offset to the bias: y = scale * (x w + b) + offset.
 *
 * The kernel is what layout describes, groups of it, filters in all.  Without a
 * scale nothing changes.  The products are rounded once.
 */
bool
c1d_fusion_fold(const C1dFusion *fusion, const C1dTensor *kernel, int64_t groups, int64_t filters,
				C1dConvLayout *layout, const float **bias, C1dArena *arena, C1dError *err)
{
	int64_t		count = c1d_shape_elements(&kernel->shape);
	int64_t		columns = filters / groups;
	float	   *scaled,
			   *shifted;

	if (fusion->scale == NULL)
		return true;
	scaled = c1d_alloc_array(arena, count, sizeof(float), err);
	if (scaled == NULL)
		return false;
	shifted = c1d_alloc_array(arena, filters, sizeof(float), err);
	if (shifted == NULL)
		return false;
	for (int64_t i = 0; i < count; i++)
	{
		/* whose element it is follows from the steps that lead to it */
		int64_t		n = i / layout->column_step % columns;
		int64_t		g = groups == 1 ? 0 : i / layout->group_step % groups;

		scaled[i] = (float) (kernel->data[i] * fusion->scale[g * columns + n]);
	}
	for (int64_t f = 0; f < filters; f++)
		shifted[f] = (float) ((*bias == NULL ? 0 : (*bias)[f]) * fusion->scale[f] + fusion->offset[f]);
	layout->from = scaled;
	*bias = shifted;
	return true;
}

/*
 * c1d_describe_product
 *		What a matrix product is for, and the kernel that computes it.
 */
void
c1d_describe_product(const C1dConvWeights *weights, const char *what, C1dStepText *text)
{
	const char *name = weights->variant->name;
	const char *tile = strrchr(name, '_');

	snprintf(text->kernel, sizeof(text->kernel), "%s %.*s", what, (int) (tile - name), name);
	snprintf(text->tile, sizeof(text->tile), "%s", tile + 1);
}
