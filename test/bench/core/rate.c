/*
 * test/bench/core/rate.c
 *	  How often threads do their work in a second.
 */
#include "bench.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

/* A look at the clock costs 50 ns: one in at least so many seconds. */
#define BETWEEN_LOOKS 20e-6

typedef struct Runner
{
	BenchWork	work;
	void	   *arg;
	double		seconds;
	pthread_barrier_t *start;
	double		rate;
} Runner;

double
bench_seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double) now.tv_sec + 1e-9 * (double) now.tv_nsec;
}

/* runner: find how much to do between two looks at the clock, wait for the others, do it. */
static void *
runner(void *arg)
{
	Runner	   *r = arg;
	int64_t		count = 1,
				done = 0;
	double		begin,
				now;

	for (;;)
	{
		begin = bench_seconds();
		r->work(r->arg, count);
		if (bench_seconds() - begin >= BETWEEN_LOOKS)
			break;
		count *= 2;
	}
	pthread_barrier_wait(r->start);
	begin = bench_seconds();
	do
	{
		r->work(r->arg, count);
		done += count;
		now = bench_seconds();
	} while (now - begin < r->seconds);
	r->rate = (double) done / (now - begin);
	return NULL;
}

/*
 * bench_rate
 *		Units of work a second, of all threads together, over so many seconds.
 *
 * args has an argument for each thread.  Each thread stops by itself, so none
 * waits for another while it is measured.
 */
double
bench_rate(BenchWork work, void *const *args, int threads, double seconds)
{
	Runner		runners[BENCH_MAX_THREADS];
	pthread_t	ids[BENCH_MAX_THREADS];
	pthread_barrier_t start;
	double		rate = 0;

	pthread_barrier_init(&start, NULL, (unsigned) threads);
	for (int i = 0; i < threads; i++)
	{
		runners[i] = (Runner) {.work = work, .arg = args[i], .seconds = seconds, .start = &start};
		if (i > 0 && pthread_create(&ids[i], NULL, runner, &runners[i]) != 0)
			abort();
	}
	runner(&runners[0]);
	for (int i = 1; i < threads; i++)
		pthread_join(ids[i], NULL);
	for (int i = 0; i < threads; i++)
		rate += runners[i].rate;
	pthread_barrier_destroy(&start);
	return rate;
}
