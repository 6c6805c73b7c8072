/*
 * src/layers/window.h
 *	  Windows that slide along one axis: padding and output length, for
 *	  convolution and pooling alike.
 */
#ifndef C1D_WINDOW_H
#define C1D_WINDOW_H

#include "layers/attrs.h"

typedef enum C1dPadding
{
	C1D_PAD_VALID,
	C1D_PAD_SAME,
	C1D_PAD_CAUSAL,
	C1D_PAD_EXPLICIT			/* before and after as given */
} C1dPadding;

/* C1D_PAD_VALID .. C1D_PAD_CAUSAL as Keras spells them */
extern const char *const c1d_padding_names[3];

typedef struct C1dWindow
{
	int64_t		size;			/* kernel_size or pool_size */
	int64_t		stride;
	int64_t		dilation;
	C1dPadding	padding;
	int64_t		before;			/* explicit padding */
	int64_t		after;
	bool		ceil_mode;
} C1dWindow;

/* A window laid over a series of a certain length. */
typedef struct C1dWindowPlace
{
	int64_t		before;
	int64_t		after;
	int64_t		out_length;
} C1dWindowPlace;

extern int64_t c1d_window_span(const C1dWindow *window);
extern bool c1d_window_padding(C1dAttrs *attrs, const char *const *names, int count, C1dWindow *window, C1dError *err);
extern bool c1d_window_place(const C1dWindow *window, const char *size_name, int64_t length,
							 C1dWindowPlace *place, C1dError *err);

#endif
