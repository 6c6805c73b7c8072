/*
 * src/model/mask.c
 *	  Masks of Keras: which steps Masking wants left out.
 *
 * Masking zeros steps, and tells the layers after it which.  Most of them only
 * pass that on, a convolution forgets it, and GlobalAveragePooling1D takes the
 * mean of the other steps.  As that is the only layer here that listens, no
 * mask is stored: it is looked up from there.
 */
#include "model/graph.h"

/* passes: does a layer of one input hand a mask on? */
static bool
passes(const LayerClass *class)
{
	static const LayerOps *const kinds[] = {
		&c1d_activation_ops, &c1d_batch_norm_ops, &c1d_dense_ops, &c1d_dropout_ops, &c1d_function_ops,
		&c1d_group_norm_ops, &c1d_identity_ops, &c1d_layer_norm_ops, &c1d_noise_ops, &c1d_prelu_ops,
		&c1d_regularization_ops, &c1d_softmax_ops, &c1d_spatial_dropout1d_ops, &c1d_time_distributed_ops,
		&c1d_unit_norm_ops,
	};

	for (size_t i = 0; class->dialect == C1D_KERAS && i < sizeof(kinds) / sizeof(*kinds); i++)
		if (class->ops == kinds[i])
			return true;
	return false;
}

/*
 * c1d_graph_mask
 *		The Masking whose mask node i works by, -1 when there is none.
 *
 * Where branches join, masks are taken for lost.
 */
int
c1d_graph_mask(const C1dGraph *graph, int i)
{
	if (graph->nodes[i].class->ops != &c1d_global_average_pool_ops || graph->nodes[i].class->dialect != C1D_KERAS)
		return -1;
	for (i = graph->nodes[i].input[0]; i != C1D_MODEL_INPUT; i = graph->nodes[i].input[0])
	{
		if (graph->nodes[i].class->ops == &c1d_masking_ops)
			return i;
		if (!passes(graph->nodes[i].class))
			break;
	}
	return -1;
}
