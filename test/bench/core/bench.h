/*
 * test/bench/core/bench.h
 *	  The measuring program: the core without the server, on a stop-watch.
 */
#ifndef C1D_BENCH_H
#define C1D_BENCH_H

#include <stdint.h>

#include "model/run.h"

#define BENCH_MAX_THREADS 64

/*
 * Work to be repeated: do count units of it.  Each thread has an argument of
 * its own.
 */
typedef void (*BenchWork) (void *arg, int64_t count);

/* What a model may be run with. */
typedef struct BenchCase
{
	const char *model;			/* name that bench_load() gave it */
	int			first;			/* layers, counted from 0, both included */
	int			last;
	C1dTuning	tuning;
} BenchCase;

extern double bench_seconds(void);
extern double bench_rate(BenchWork work, void *const *args, int threads, double seconds);

extern double bench_peak(C1dIsa isa, int threads, double seconds);
extern double bench_read(int threads, double seconds);
extern double bench_copy(int threads, double seconds);

extern bool bench_load(const char *name, const char *file, int64_t length, int64_t channels, C1dError *err);
extern bool bench_model(const BenchCase *what, int threads, double seconds, double *rate, double *error, C1dError *err);

#endif
