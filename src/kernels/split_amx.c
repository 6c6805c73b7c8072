/*
 * src/kernels/split_amx.c
 *	  Convolution by AMX: parts of numbers, products of tiles, outputs.
 */
#include "kernels/split_tiles.h"

#if C1D_HAVE_AMX

#include <immintrin.h>
#include <string.h>

#ifdef __clang__
#pragma clang attribute push (__attribute__((target("avx512f,avx512vl,avx512dq,avx512bw,amx-tile,amx-bf16"))), apply_to=function)
#else
#pragma GCC push_options
#pragma GCC target("avx512f,avx512vl,avx512dq,avx512bw,amx-tile,amx-bf16")
#endif

/* Tiles by number: two times two sums, two of rows, two of columns. */
#define SUM00 0
#define SUM01 1
#define SUM10 2
#define SUM11 3
#define ROWS0 4
#define ROWS1 5
#define COLUMNS0 6
#define COLUMNS1 7

/*
 * Measured: the first store of a tile in more than five depths stops the unit
 * for some 900 cycles.  So one is stored in between, for nothing, to where the
 * sums will be.
 */
#define STORE_EVERY 4

/*
 * begin: every tile is 16 rows of 64 bytes.  A constant in memory, since gcc
 * believes that loading a configuration reads eight bytes of it, and would be
 * free to leave out stores to the others.
 */
static void
begin(void)
{
	static const struct
	{
		uint8_t		palette;
		uint8_t		start;
		uint8_t		reserved[14];
		uint16_t	bytes[16];
		uint8_t		rows[16];
	}			config = {
		.palette = 1,
		.bytes = {64, 64, 64, 64, 64, 64, 64, 64},
		.rows = {16, 16, 16, 16, 16, 16, 16, 16},
	};

	_tile_loadconfig(&config);
}

/* end: tiles in use would be saved whenever another process has its turn */
static void
end(void)
{
	_tile_release();
}

/* upper: the upper halves of floats, the lower ones zeros */
static inline __m512
upper(__m512i bits)
{
	return _mm512_castsi512_ps(_mm512_and_si512(bits, _mm512_set1_epi32((int) 0xffff0000)));
}

/* nearest: the nearest bfloat16s; of two as near that with the greater magnitude */
static inline __m512
nearest(__m512 x)
{
	return upper(_mm512_add_epi32(_mm512_castps_si512(x), _mm512_set1_epi32(0x8000)));
}

/* store_part: the upper halves of 32 floats */
static inline __attribute__((always_inline)) void
store_part(C1dHalf *to, __m512 x0, __m512 x1)
{
	const __m512i halves = _mm512_set_epi16(63, 61, 59, 57, 55, 53, 51, 49, 47, 45, 43, 41, 39, 37, 35, 33,
											31, 29, 27, 25, 23, 21, 19, 17, 15, 13, 11, 9, 7, 5, 3, 1);

	_mm512_storeu_si512(to, _mm512_permutex2var_epi16(_mm512_castps_si512(x0), halves, _mm512_castps_si512(x1)));
}

/*
 * parts_slice
 *		Of 32 floats, or those that are left and zeros.  The high part is the
 *		nearest; of the rest, which has 16 bits, the middle and the low part are
 *		a half each.
 */
static inline __attribute__((always_inline)) void
parts_slice(C1dSplitParts *job)
{
	const __m512i one = _mm512_set1_epi32(1);
	uint32_t	lanes = job->count >= 32 ? 0xffffffff : (1u << job->count) - 1;
	__m512		x0 = _mm512_maskz_loadu_ps((__mmask16) lanes, job->x);
	__m512		x1 = _mm512_maskz_loadu_ps((__mmask16) (lanes >> 16), job->x + 16);

	/* twice the bits of a float go with its magnitude; less one, zero is the greatest */
	__m512i		size0 = _mm512_slli_epi32(_mm512_castps_si512(x0), 1);
	__m512i		size1 = _mm512_slli_epi32(_mm512_castps_si512(x1), 1);
	__m512i		most = _mm512_max_epu32(size0, size1);
	__m512i		least = _mm512_min_epu32(_mm512_sub_epi32(size0, one), _mm512_sub_epi32(size1, one));

	__m512		high0 = nearest(x0);
	__m512		high1 = nearest(x1);
	__m512		rest0 = _mm512_sub_ps(x0, high0);
	__m512		rest1 = _mm512_sub_ps(x1, high1);

	_mm512_storeu_si512(job->most, _mm512_max_epu32(_mm512_loadu_si512(job->most), most));
	_mm512_storeu_si512(job->least, _mm512_min_epu32(_mm512_loadu_si512(job->least), least));
	store_part(job->high, high0, high1);
	store_part(job->high + job->plane, rest0, rest1);
	store_part(job->high + 2 * job->plane, _mm512_sub_ps(rest0, upper(_mm512_castps_si512(rest0))),
			   _mm512_sub_ps(rest1, upper(_mm512_castps_si512(rest1))));
	job->x += 32;
	job->high += 32;
	job->count -= 32;
}

static void
parts(C1dSplitParts *job)
{
	while (job->count > 0)
		parts_slice(job);
}

/* twice_bits: of a float, a whole number that goes with its magnitude */
static inline uint32_t
twice_bits(float x)
{
	uint32_t	bits;

	memcpy(&bits, &x, sizeof(bits));
	return bits << 1;
}

static bool
in_range(C1dSplitParts *job)
{
	bool		good = _mm512_reduce_max_epu32(_mm512_loadu_si512(job->most)) <= twice_bits(C1D_SPLIT_MOST) &&
		_mm512_reduce_min_epu32(_mm512_loadu_si512(job->least)) >= twice_bits(C1D_SPLIT_LEAST) - 1;

	memset(job->most, 0, sizeof(job->most));
	memset(job->least, 0xff, sizeof(job->least));
	return good;
}

/* store_slice: one row of y */
static inline __attribute__((always_inline)) void
store_slice(C1dSplitStore *job)
{
	const int	left = job->columns;
	__m512		greatest0 = _mm512_loadu_ps(job->sums);
	__m512		greatest1 = _mm512_loadu_ps(job->sums + 16);

	for (int i = 1; i < job->pool; i++)
	{
		greatest0 = _mm512_max_ps(greatest0, _mm512_loadu_ps(job->sums + i * C1D_SPLIT_BLOCK));
		greatest1 = _mm512_max_ps(greatest1, _mm512_loadu_ps(job->sums + i * C1D_SPLIT_BLOCK + 16));
	}
	if (job->relu)
	{
		greatest0 = _mm512_max_ps(greatest0, _mm512_setzero_ps());
		greatest1 = _mm512_max_ps(greatest1, _mm512_setzero_ps());
	}
	if (left >= 32)
	{
		_mm512_storeu_ps(job->y, greatest0);
		_mm512_storeu_ps(job->y + 16, greatest1);
	}
	else
	{
		uint32_t	lanes = (1u << left) - 1;

		_mm512_mask_storeu_ps(job->y, (__mmask16) lanes, greatest0);
		_mm512_mask_storeu_ps(job->y + 16, (__mmask16) (lanes >> 16), greatest1);
	}
	job->sums += job->pool * C1D_SPLIT_BLOCK;
	job->y += job->y_row;
	job->rows--;
}

static void
store(C1dSplitStore *job)
{
	while (job->rows > 0)
		store_slice(job);
}

/* beside: a slice of what is to be done beside the products */
static inline __attribute__((always_inline)) void
beside(const C1dSplitCall *call)
{
	if (call->parts->count > 0)
		parts_slice(call->parts);
	if (call->store->rows > 0)
		store_slice(call->store);
}

/* block: tall and wide are constants at every call */
static inline __attribute__((always_inline)) void
block_of(const C1dSplitCall *call, const int tall, const int wide)
{
	const int64_t a_bytes = call->a_row * (int64_t) sizeof(C1dHalf);
	const C1dHalf *b = call->b;
	int			since = 0;

	_tile_loadd(SUM00, call->bias, 0);
	if (tall > 1)
		_tile_loadd(SUM10, call->bias, 0);
	if (wide > 1)
		_tile_loadd(SUM01, call->bias + C1D_SPLIT_TILE, 0);
	if (tall > 1 && wide > 1)
		_tile_loadd(SUM11, call->bias + C1D_SPLIT_TILE, 0);

#define LOAD_ROWS(part) \
	do { \
		_tile_loadd(ROWS0, a + (part) * call->plane, a_bytes); \
		if (tall > 1) \
			_tile_loadd(ROWS1, a + (part) * call->plane + C1D_SPLIT_TILE * call->a_row, a_bytes); \
	} while (0)
#define LOAD_COLUMNS(part) \
	do { \
		_tile_loadd(COLUMNS0, b + (part) * wide * C1D_SPLIT_HALVES, 64); \
		if (wide > 1) \
			_tile_loadd(COLUMNS1, b + ((part) * wide + 1) * C1D_SPLIT_HALVES, 64); \
	} while (0)
#define MULTIPLY() \
	do { \
		_tile_dpbf16ps(SUM00, ROWS0, COLUMNS0); \
		if (wide > 1) \
			_tile_dpbf16ps(SUM01, ROWS0, COLUMNS1); \
		if (tall > 1) \
			_tile_dpbf16ps(SUM10, ROWS1, COLUMNS0); \
		if (tall > 1 && wide > 1) \
			_tile_dpbf16ps(SUM11, ROWS1, COLUMNS1); \
		beside(call); \
	} while (0)

	for (int64_t run = 0; run < call->window.runs; run++)
	{
		const C1dHalf *a = call->a + run * call->window.apart;

		for (int64_t depth = 0; depth < call->window.depths; depth++)
		{
			LOAD_COLUMNS(0);
			LOAD_ROWS(2);
			MULTIPLY();
			LOAD_ROWS(1);
			MULTIPLY();
			LOAD_ROWS(0);
			MULTIPLY();
			LOAD_COLUMNS(2);
			MULTIPLY();
			LOAD_COLUMNS(1);
			MULTIPLY();
			LOAD_ROWS(1);
			MULTIPLY();
			if (++since == STORE_EVERY)
			{
				_tile_stored(ROWS0, call->sums, C1D_SPLIT_BLOCK * sizeof(float));
				since = 0;
			}
			a += C1D_SPLIT_DEPTH;
			b += C1D_SPLIT_PARTS * wide * C1D_SPLIT_HALVES;
		}
	}

	_tile_stored(SUM00, call->sums, C1D_SPLIT_BLOCK * sizeof(float));
	if (wide > 1)
		_tile_stored(SUM01, call->sums + C1D_SPLIT_TILE, C1D_SPLIT_BLOCK * sizeof(float));
	if (tall > 1)
		_tile_stored(SUM10, call->sums + C1D_SPLIT_TILE * C1D_SPLIT_BLOCK, C1D_SPLIT_BLOCK * sizeof(float));
	if (tall > 1 && wide > 1)
		_tile_stored(SUM11, call->sums + C1D_SPLIT_TILE * C1D_SPLIT_BLOCK + C1D_SPLIT_TILE, C1D_SPLIT_BLOCK * sizeof(float));
}

static void
block(const C1dSplitCall *call)
{
	if (call->tall == 2 && call->wide == 2)
		block_of(call, 2, 2);
	else if (call->tall == 2)
		block_of(call, 2, 1);
	else if (call->wide == 2)
		block_of(call, 1, 2);
	else
		block_of(call, 1, 1);
}

#ifdef __clang__
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif

const C1dSplitKernels c1d_split_kernels = {begin, end, block, parts, store, in_range};

#else

const C1dSplitKernels c1d_split_kernels = {0};

#endif
