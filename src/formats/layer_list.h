/*
 * src/formats/layer_list.h
 *	  Layers as JSON: a plain array, or what to_json() of a Keras model writes.
 */
#ifndef C1D_LAYER_LIST_H
#define C1D_LAYER_LIST_H

#include "model/graph.h"

extern bool c1d_layer_list(const C1dValue *root, C1dArena *arena, C1dLayerText **layers, int64_t *count, C1dError *err);

#endif
