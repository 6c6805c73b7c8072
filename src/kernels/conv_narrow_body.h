/*
 * src/kernels/conv_narrow_body.h
 *	  Convolution with a window of at most C1D_NARROW floats, as that of a
 *	  univariate series: included after a simd_<isa>.h.
 *
 * So few multiplications for a result make storing it the work.  The weights
 * of a block of filters stay in registers for all rows, and two rows become
 * one before they are stored when a maximum is wanted.
 */
#include "kernels/conv_narrow_rows.h"

ISA_BEGIN

/* untamed: has a sign bit set in some lane when a number is greater, or NaN */
SIMD_INLINE VecMask
untamed(Vec v)
{
	const float tame = C1D_TAME;
	int32_t		limit;
	VecMask		bits;

	memcpy(&limit, &tame, sizeof(limit));
	memcpy(&bits, &v, sizeof(bits));
	return limit - (bits & INT32_MAX);
}

/* tame: is none of the floats untamed? */
static bool
tame(const float *x, int64_t count)
{
	VecMask		seen = {0};
	int64_t		i = 0;

	for (; i + VL <= count; i += VL)
		seen |= untamed(vec_load(x + i));
	if (i < count)
		seen |= untamed(vec_load_part(x + i, (int) (count - i)));
	return !vec_any_negative(seen);
}

/*
 * block
 *		All rows of vectors * VL filters.  floats and vectors are constants at
 *		every call.
 */
SIMD_INLINE void
block(const Narrow *narrow, const int floats, const int vectors)
{
	const C1dConvCall *call = narrow->call;
	const Vec	least = call->relu ? (Vec) {0} : vec_splat(-INFINITY);
	Vec			weight[C1D_NARROW][NARROW_VECTORS],
				bias[NARROW_VECTORS];

	UNROLL(4)
	for (int v = 0; v < vectors; v++)
	{
		bias[v] = vec_load(narrow->bias + v * VL);
		UNROLL(8)
		for (int t = 0; t < floats; t++)
			weight[t][v] = vec_load(narrow->weights + (v * call->panel_rows + t) * VL);
	}
	for (int64_t r = 0; r < call->rows; r++)
		if (r == call->low && call->low < call->high)
		{
			whole_rows(narrow, least, weight, bias, floats, vectors);
			r = call->high - 1;
		}
		else
			edge_row(narrow, r, least, weight, bias, floats, vectors);
}

/* blocks: all filters; wide windows leave registers for two vectors only */
SIMD_INLINE void
blocks(Narrow *narrow, const int floats)
{
	const C1dConvCall *call = narrow->call;
	int			vectors;

	for (int64_t n = 0; n < call->filters; n += vectors * VL)
	{
		narrow->weights = call->panels + n * call->panel_rows;
		narrow->bias = call->bias + n;
		narrow->c = call->c + n;
		narrow->filters = call->filters - n;
		if (NARROW_VECTORS == 4 && floats <= 4 && narrow->filters > 3 * VL)
			block(narrow, floats, vectors = NARROW_VECTORS);
		else if (narrow->filters > VL)
			block(narrow, floats, vectors = 2);
		else
			block(narrow, floats, vectors = 1);
	}
}

/* A function for each number of floats, so that none starts with the work of the others. */
#define NARROW(floats) \
static __attribute__((noinline)) void \
blocks_##floats(Narrow *narrow) \
{ \
	blocks(narrow, floats); \
}
NARROW(0)
NARROW(1)
NARROW(2)
NARROW(3)
NARROW(4)
NARROW(5)
NARROW(6)
NARROW(7)
NARROW(8)
#undef NARROW

/* narrow_rows: see C1dConvCall; panel_rows is taps * inner, at most C1D_NARROW, one of them 1 or the taps touching. */
static void
narrow_rows(const C1dConvCall *call)
{
	static void (*const by_floats[]) (Narrow *narrow) = {
		blocks_0, blocks_1, blocks_2, blocks_3, blocks_4, blocks_5, blocks_6, blocks_7, blocks_8
	};

	/* either the floats of a window touch, or every tap has one */
	bool		touch = call->taps <= 1;
	int64_t		floats = touch ? call->taps * call->inner : call->taps;
	Narrow		narrow = {.call = call, .step = touch ? 1 : call->a_tap};

	if (call->pool == 2 && floats > 0 && call->low < call->high)
		narrow.tame = call->tame &&
			tame(call->a + call->start + call->low * 2 * call->a_row,
				 ((call->high - call->low) * 2 - 1) * call->a_row + (floats - 1) * narrow.step + 1);
	by_floats[floats](&narrow);
}

ISA_END
