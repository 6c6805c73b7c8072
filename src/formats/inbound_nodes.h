/*
 * src/formats/inbound_nodes.h
 *	  Where a layer of a Functional model of Keras takes its input from.
 */
#ifndef C1D_INBOUND_NODES_H
#define C1D_INBOUND_NODES_H

#include "layers/layer.h"

/* The tensors that a layer is called with. */
typedef struct C1dSources
{
	const C1dValue *name[C1D_MAX_INPUTS];
	int64_t		count;			/* may exceed what there is room for */
} C1dSources;

extern bool c1d_sources_of(const C1dValue *layer, const C1dValue *name, C1dSources *s, C1dError *err);

#endif
