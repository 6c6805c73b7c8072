/*
 * src/layers/window.h
 *	  Windows that slide along a series, or along and down an image: padding
 *	  and output length, for convolution and pooling alike.
 */
#ifndef C1D_WINDOW_H
#define C1D_WINDOW_H

#include "base/shape.h"
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
} C1dWindow;

/*
 * The axes of an image, (height, width, channels).  A series is an image of one
 * line: a layer with one axis has it along, and down it a window of size 1.
 */
typedef enum C1dAxis
{
	C1D_DOWN,
	C1D_ALONG
} C1dAxis;

#define C1D_AXES (C1D_ALONG + 1)

typedef struct C1dWindows
{
	int			axes;			/* 1 for series, 2 for images */
	C1dWindow	axis[C1D_AXES];
	bool		ceil_mode;
	bool		same_allowed;	/* may a hint propose padding "same"? */
	bool		pads_at_most_half;	/* of the size, as in pooling */
	const char *size_name;		/* "kernel_size" or "pool_size" */
} C1dWindows;

/* A window laid over an axis of a certain length. */
typedef struct C1dWindowPlace
{
	int64_t		before;
	int64_t		after;
	int64_t		out_length;
} C1dWindowPlace;

/* A shape of rank 2 or 3, seen as an image. */
typedef struct C1dImage
{
	int64_t		length[C1D_AXES];
	int64_t		channels;
} C1dImage;

/* infer() of a layer, for hints that are tried out */
typedef bool (*C1dInfer) (const void *config, const C1dShape *in, int inputs, C1dShape *out, C1dError *err);

extern int	c1d_class_axes(const C1dAttrs *attrs);
extern bool c1d_wants_axes(const C1dShape *in, int axes, const void *config, C1dInfer infer, C1dError *err);
extern const char *c1d_axis_unit(int axes, int axis);
extern C1dImage c1d_image(const C1dShape *shape);
extern C1dShape c1d_image_shape(int axes, int64_t height, int64_t width, int64_t channels);

extern bool c1d_attr_axes(C1dAttrs *attrs, const char *key, int axes, int64_t low, bool required,
						  int64_t values[C1D_AXES], C1dError *err);

extern C1dWindows c1d_windows(int axes, const char *size_name, int64_t size);
extern bool c1d_windows_size(C1dAttrs *attrs, bool required, C1dWindows *windows, C1dError *err);
extern bool c1d_windows_stride(C1dAttrs *attrs, const char *key, C1dWindows *windows, C1dError *err);
extern bool c1d_windows_dilation(C1dAttrs *attrs, const char *key, C1dWindows *windows, C1dError *err);
extern bool c1d_windows_padding(C1dAttrs *attrs, int words, C1dWindows *windows, C1dError *err);
extern bool c1d_windows_torch_padding(C1dAttrs *attrs, C1dWindows *windows, C1dError *err);

extern int64_t c1d_window_span(const C1dWindow *window);
extern bool c1d_windows_place(const C1dWindows *windows, const C1dShape *in,
							  C1dWindowPlace place[C1D_AXES], C1dError *err);

#endif
