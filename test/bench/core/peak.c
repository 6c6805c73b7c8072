/*
 * test/bench/core/peak.c
 *	  What the machine can do at most: multiply-adds and memory traffic.
 *
 * The peak of an instruction set is twelve independent multiply-adds in
 * registers, again and again: more than enough to fill two units with a
 * latency of four or five cycles.  Where the compiler's default target has no
 * fused multiply-add, a multiplication and an addition stand for one.  Compile
 * with -ffp-contract=fast.
 */
#include "bench.h"

#include <stdlib.h>
#include <string.h>

#define STEP(i, j) s##i += x * s##j;
#define EACH(f) f(0) f(1) f(2) f(3) f(4) f(5) f(6) f(7) f(8) f(9) f(10) f(11)
#define START(i) s##i = y + i,
#define SUM(i) s0 += s##i;
#define ACCUMULATORS 12

/* Each is multiplied by next to nothing, so that the sums stay what they are. */
static volatile float tiny = 1e-12f;
static volatile float sink;

/* PEAK(isa, lanes, target): peak__isa does count rounds of 12 vectors. */
#define PEAK(isa, lanes, target) \
typedef float Vec_##isa __attribute__((vector_size(lanes * 4))); \
target __attribute__((noinline)) static void \
peak__##isa(void *arg, int64_t count) \
{ \
	Vec_##isa	x = (Vec_##isa) {0} + tiny, \
				y = x + 1, \
				EACH(START) last = y; \
\
	for (int64_t i = 0; i < count; i++) \
	{ \
		STEP(0, 1) STEP(1, 2) STEP(2, 3) STEP(3, 4) STEP(4, 5) STEP(5, 6) \
		STEP(6, 7) STEP(7, 8) STEP(8, 9) STEP(9, 10) STEP(10, 11) STEP(11, 0) \
	} \
	EACH(SUM) \
	sink = s0[0] + last[0]; \
	(void) arg; \
}

PEAK(baseline, 4, )
#if defined(__x86_64__)
PEAK(avx2, 8, __attribute__((target("avx2,fma"))))
PEAK(avx512, 16, __attribute__((target("avx512f,avx2,fma"))))
#endif

/* bench_peak: GFLOP/s, a multiply-add being two; 0 = none of this instruction set. */
double
bench_peak(C1dIsa isa, int threads, double seconds)
{
	void	   *args[BENCH_MAX_THREADS] = {NULL};

	switch (isa)
	{
		case C1D_ISA_BASELINE:
			return bench_rate(peak__baseline, args, threads, seconds) * 2 * ACCUMULATORS * 4 / 1e9;
#if defined(__x86_64__)
		case C1D_ISA_AVX2:
			return bench_rate(peak__avx2, args, threads, seconds) * 2 * ACCUMULATORS * 8 / 1e9;
		case C1D_ISA_AVX512:
		case C1D_ISA_AMX:		/* the same unit for vectors */
			return bench_rate(peak__avx512, args, threads, seconds) * 2 * ACCUMULATORS * 16 / 1e9;
#else
		default:
			break;
#endif
	}
	return 0;
}

/* Memory traffic, over blocks that no cache of one core holds; a unit is a piece. */
#define BLOCK ((size_t) 256 << 20)
#define PIECE ((size_t) 1 << 20)

typedef struct Block
{
	char	   *from;
	char	   *to;
	size_t		at;
} Block;

static void
read_piece(void *arg, int64_t count)
{
	typedef float Vec __attribute__((vector_size(16)));

	Block	   *block = arg;

	for (; count > 0; count--)
	{
		const Vec  *v = (const Vec *) (const void *) (block->from + block->at);
		Vec			a = {0},
					b = {0},
					c = {0},
					d = {0};

		for (size_t i = 0; i < PIECE / sizeof(Vec); i += 4)
		{
			a += v[i];
			b += v[i + 1];
			c += v[i + 2];
			d += v[i + 3];
		}
		a += b + c + d;
		sink = a[0];
		block->at = (block->at + PIECE) % BLOCK;
	}
}

static void
copy_piece(void *arg, int64_t count)
{
	Block	   *block = arg;

	for (; count > 0; count--)
	{
		memcpy(block->to + block->at, block->from + block->at, PIECE);
		block->at = (block->at + PIECE) % BLOCK;
	}
}

/* traffic: GB/s, each byte that is read or written counted once. */
static double
traffic(BenchWork work, int touched, int threads, double seconds)
{
	Block		blocks[BENCH_MAX_THREADS];
	void	   *args[BENCH_MAX_THREADS] = {NULL};
	double		rate;

	for (int i = 0; i < threads; i++)
	{
		blocks[i] = (Block) {.from = aligned_alloc(C1D_ALIGN, BLOCK), .to = aligned_alloc(C1D_ALIGN, BLOCK)};
		if (blocks[i].from == NULL || blocks[i].to == NULL)
			abort();
		memset(blocks[i].from, 1, BLOCK);
		memset(blocks[i].to, 1, BLOCK);
		args[i] = &blocks[i];
	}
	rate = bench_rate(work, args, threads, seconds) * (double) PIECE * touched / 1e9;
	for (int i = 0; i < threads; i++)
	{
		free(blocks[i].from);
		free(blocks[i].to);
	}
	return rate;
}

double
bench_read(int threads, double seconds)
{
	return traffic(read_piece, 1, threads, seconds);
}

double
bench_copy(int threads, double seconds)
{
	return traffic(copy_piece, 2, threads, seconds);
}
