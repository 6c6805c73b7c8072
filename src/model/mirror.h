/*
 * src/model/mirror.h
 *	  A decoder for an encoder: layers that lead from where it ends back to the
 *	  shape that it takes.
 */
#ifndef C1D_MODEL_MIRROR_H
#define C1D_MODEL_MIRROR_H

#include "layers/mirror.h"
#include "model/graph.h"

/* Lengths of an axis of the input that are given back: least, least + period, ... */
typedef struct C1dMirrorLengths
{
	int64_t		period;			/* 0 = no other was found */
	int64_t		least;
} C1dMirrorLengths;

typedef struct C1dDecoder
{
	C1dGraph	encoder;
	C1dMirror	mirror;			/* count layers */
	C1dShape	input;
} C1dDecoder;

extern bool c1d_decoder_make(const C1dLayerText *layers, int count, const C1dShape *input, C1dArena *arena,
							 C1dDecoder *decoder, C1dError *err);
extern bool c1d_decoder_lengths(const C1dDecoder *decoder, int axis, C1dArena *arena,
								C1dMirrorLengths *lengths, C1dError *err);

#endif
