/*
 * src/layers/mirror.h
 *	  The way back: layers that lead from the output shape of a layer to its
 *	  input shape, for the decoder of an encoder.
 *
 * A kind's mirror() asks for layers by name.  Each one is read and inferred at
 * once, by the parse() and infer() of its own kind: mirror() computes no
 * length, it sees what a layer gives and pays the difference.
 */
#ifndef C1D_MIRROR_H
#define C1D_MIRROR_H

#include "layers/layer.h"
#include "layers/window.h"

/* A layer of the decoder. */
typedef struct C1dMirrorLayer
{
	const LayerClass *class;
	C1dValue	class_name;
	C1dValue	config_value;	/* an object */
	const void *config;			/* the same, read */
	C1dShape	out;
	bool		weighted;
} C1dMirrorLayer;

struct C1dMirror
{
	C1dArena   *arena;

	/* the layer of the encoder whose turn it is */
	C1dDialect	dialect;
	const C1dValue *config_value;	/* as it was given */
	C1dShape	in;				/* where to get */
	C1dShape	out;
	const C1dValue *activation; /* for layers with weights, NULL = linear */

	/* the decoder so far */
	C1dShape	shape;			/* where it has got */
	int			count;
	int			room;
	C1dMirrorLayer *layers;
};

/* What the layers on the way back are for; their names are the dialect's. */
typedef enum C1dMirrorRole
{
	C1D_BACK_ADAPTIVE,
	C1D_BACK_AVERAGE,
	C1D_BACK_CONV,
	C1D_BACK_CUT,
	C1D_BACK_REPEAT,
	C1D_BACK_SQUEEZE,
	C1D_BACK_TRANSPOSE,
	C1D_BACK_UPSAMPLE,
	C1D_BACK_ZEROS
} C1dMirrorRole;

#define C1D_BACK_ROLES (C1D_BACK_ZEROS + 1)

extern const char *c1d_mirror_name(const C1dMirror *m, C1dMirrorRole role, int axes);

/* a configuration, key by key; it starts as {0} */
extern bool c1d_mirror_set(C1dMirror *m, C1dValue *config, const char *key, C1dValue value, C1dError *err);
extern bool c1d_mirror_int(C1dMirror *m, C1dValue *config, const char *key, int64_t value, C1dError *err);
extern bool c1d_mirror_ints(C1dMirror *m, C1dValue *config, const char *key, int count, const int64_t *values, C1dError *err);
extern bool c1d_mirror_axes(C1dMirror *m, C1dValue *config, const char *key, int axes, const int64_t values[C1D_AXES], C1dError *err);
extern bool c1d_mirror_unnamed(C1dMirror *m, C1dValue *config, C1dError *err);
extern bool c1d_mirror_activation(C1dMirror *m, C1dValue *config, C1dError *err);

/* a layer, tried or appended */
extern bool c1d_mirror_try(C1dMirror *m, const char *class_name, const C1dValue *config, C1dShape *out, C1dError *err);
extern bool c1d_mirror_add(C1dMirror *m, const char *class_name, const C1dValue *config, C1dError *err);
extern bool c1d_mirror_append(C1dMirror *m, const C1dMirrorLayer *layer, C1dError *err);

/* what several kinds need */
extern bool c1d_mirror_sides(C1dMirror *m, int axes, const int64_t before[C1D_AXES], const int64_t after[C1D_AXES], C1dError *err);
extern bool c1d_mirror_resize(C1dMirror *m, int axes, C1dError *err);
extern bool c1d_mirror_reshape(const void *config, C1dMirror *m, C1dError *err);
extern bool c1d_mirror_nothing(const void *config, C1dMirror *m, C1dError *err);

#endif
