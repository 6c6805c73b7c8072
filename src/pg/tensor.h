/*
 * src/pg/tensor.h
 *	  The varlena behind tensor1d.
 *
 * On disk: length word, version, rank, flags (0), then rank int32 dimensions,
 * then the float4 elements, row-major, in the machine's byte order.  The type
 * has int4 alignment, so the floats are 4-byte aligned and no more.
 */
#ifndef C1D_PG_TENSOR_H
#define C1D_PG_TENSOR_H

#include "pg/memory.h"

#include "miscadmin.h"
#if PG_VERSION_NUM >= 160000
#include "varatt.h"
#endif

#define TENSOR_VERSION 1

typedef struct Tensor
{
	int32		vl_len_;		/* do not touch directly */
	uint8		version;
	uint8		rank;
	uint16		flags;
	int32		dim[FLEXIBLE_ARRAY_MEMBER];		/* rank of them, then the elements */
} Tensor;

#define TENSOR_HEADER(rank) (offsetof(Tensor, dim) + (rank) * sizeof(int32))
#define TENSOR_DATA(t) ((float *) ((char *) (t) + TENSOR_HEADER((t)->rank)))

/* Elements between two looks at whether the query is cancelled, and the look, in a loop over them. */
#define TENSOR_STRETCH 65536
#define TENSOR_POLL(i) \
	do { \
		if ((i) % TENSOR_STRETCH == 0) \
			CHECK_FOR_INTERRUPTS(); \
	} while (0)

/* tensor.c */
extern void tensor_set_header(Tensor *tensor, const C1dShape *shape);
extern Tensor *tensor_new(const C1dShape *shape);
extern Tensor *tensor_of_checked(const C1dShape *shape);
extern Tensor *tensor_from_datum(Datum datum);
extern C1dShape tensor_shape_of_datum(Datum datum);
extern Tensor *tensor_steps_of_datum(Datum datum, const C1dShape *whole, int64 first, int64 count);
extern float tensor_element_of_datum(Datum datum, const C1dShape *whole, int64 index);
extern C1dTensor tensor_view(const Tensor *tensor);
extern Tensor *tensor_from_view(const C1dTensor *view);
extern Datum tensor1d_in(FunctionCallInfo fcinfo);
extern Datum tensor1d_out(FunctionCallInfo fcinfo);

/* tensor_shape: the shape of a checked value. */
static inline C1dShape
tensor_shape(const Tensor *tensor)
{
	C1dShape	shape = {.rank = tensor->rank};

	for (int i = 0; i < tensor->rank; i++)
		shape.dim[i] = tensor->dim[i];
	return shape;
}

/* tensor_kept.c */
extern Tensor *tensor_from_datum_kept(Datum datum);
extern Tensor *tensor_copy_of_datum(Datum datum, Blocks *blocks);

/* tensor_check.c: the checks that every path shares; all raise */
extern void tensor_check_shape(const C1dShape *shape);
extern void tensor_check_same_shape(const C1dShape *a, const C1dShape *b, const char *what);
extern C1dShape tensor_shape_from_array(Datum array);
extern float tensor_float4(double value);
extern void tensor_no_aggregate(FunctionCallInfo fcinfo, MemoryContext *context, const char *function);

/* tensor_typmod.c */
extern bool tensor_fits_typmod(FunctionCallInfo fcinfo, const C1dShape *shape, int32 typmod, C1dError *err);

/* tensor_cast.c */
extern Tensor *tensor_from_array(Datum array);

#define PG_GETARG_TENSOR(n) tensor_from_datum(PG_GETARG_DATUM(n))
#define PG_RETURN_TENSOR(t) PG_RETURN_POINTER(t)

#endif
