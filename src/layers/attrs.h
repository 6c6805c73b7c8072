/*
 * src/layers/attrs.h
 *	  Reading a layer's configuration: by name, with ranges, once.
 *
 * A key that nobody asked for, and that could matter at inference, is an
 * error when the attributes are closed.
 */
#ifndef C1D_ATTRS_H
#define C1D_ATTRS_H

#include "base/arena.h"
#include "base/value.h"

/*
 * Whose arguments they are.  The SQL dialect is Keras's with what Keras lacks:
 * explicit padding, groups of a transposed convolution, ceil_mode ...
 */
typedef enum C1dDialect
{
	C1D_KERAS,
	C1D_TORCH,
	C1D_SQL
} C1dDialect;

#define C1D_MAX_ASKED 24

typedef struct C1dAttrs
{
	const char *class_name;
	C1dDialect	dialect;
	const C1dValue *object;		/* C1D_OBJECT, or NULL for no attributes */
	C1dArena   *arena;			/* for lists that a config keeps */
	const char *asked[C1D_MAX_ASKED];	/* every key that was read */
	int			asked_count;
} C1dAttrs;

/* Defaults that say: the key must be there. */
#define C1D_REQUIRED INT64_MIN

extern const C1dValue *c1d_attr(C1dAttrs *attrs, const char *key);
extern bool c1d_attr_given(C1dAttrs *attrs, const char *key);
extern bool c1d_attr_int(C1dAttrs *attrs, const char *key, int64_t low, int64_t high,
						 int64_t otherwise, int64_t *out, C1dError *err);
extern bool c1d_attr_ints(C1dAttrs *attrs, const char *key, int64_t low, int64_t high,
						  int most, int64_t *out, int *count, C1dError *err);
extern bool c1d_attr_bool(C1dAttrs *attrs, const char *key, bool otherwise, bool *out, C1dError *err);
extern bool c1d_attr_reals(C1dAttrs *attrs, const char *key, double **out, int64_t *count, C1dError *err);
extern bool c1d_attr_real(C1dAttrs *attrs, const char *key, double otherwise, double *out, C1dError *err);
extern bool c1d_attr_choice(C1dAttrs *attrs, const char *key, const char *const *names, int count,
							int otherwise, int *out, C1dError *err);
extern bool c1d_attrs_close(C1dAttrs *attrs, C1dError *err);

#endif
