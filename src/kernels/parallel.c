/*
 * src/kernels/parallel.c
 *	  Threads: the only file that says OpenMP.
 *
 * A server process is not made for threads, so a few things hold here.
 *
 * The server's signal handlers run on the main thread only: a thread is born
 * with every signal blocked, because the main thread blocks them before a
 * region begins; and the main thread, as the first thing in the region, lets
 * them in again, or nothing could cancel what the region does.
 *
 * Nothing of the server's, and nothing that allocates, is called in a region:
 * it could jump out of it, and OpenMP would count this region as unfinished for
 * the rest of the process's life.
 *
 * libgomp ends the process when it cannot create a thread.  So before a team
 * grows, as many threads are created to see whether there can be, and ended.
 *
 * A process that forked after it had a team has a child in which the next
 * region would wait for threads that do not exist: the child works serially.
 *
 * Without OpenMP the same items are done by the only thread there is.
 */
#if defined(__linux__) && !defined(_GNU_SOURCE)
#define _GNU_SOURCE				/* sched_getaffinity */
#endif
#include "kernels/parallel.h"

#include <unistd.h>
#ifdef __linux__
#include <sched.h>
#endif
#ifdef _OPENMP
#include <omp.h>
#include <pthread.h>
#endif

/* Shares take so many times in all: few enough to cost nothing, enough for all
 * to end at about the same time on a machine that does other things, too. */
#define TAKES 16

/*
 * do_share
 *		Finish what the share has begun, and take more, until there is none or
 *		the interrupt flag is set.
 */
static void
do_share(C1dWork *work, int number, const volatile sig_atomic_t *interrupt)
{
	C1dShare   *share = &work->share[number];
	int64_t		many = work->items / ((int64_t) work->shares * TAKES);

	if (many < 1)
		many = 1;
	for (;;)
	{
		if (share->item == share->end)
		{
			int64_t		first = __atomic_fetch_add(&work->taken, many, __ATOMIC_RELAXED);

			if (first >= work->items)
				return;
			share->item = first;
			share->end = first < work->items - many ? first + many : work->items;
		}
		if (!work->item(work->arg, number, share->item))
			return;
		share->item++;
		if (interrupt != NULL && *interrupt)
			return;
	}
}

/* done: is no item left, taken or not? */
static bool
done(const C1dWork *work)
{
	for (int i = 0; i < work->shares; i++)
		if (work->share[i].item != work->share[i].end)
			return false;
	return work->taken >= work->items;
}

#ifdef _OPENMP

/* What ends the threads of a pool: clang's library keeps them in a soft pause. */
#ifdef __clang__
#define PAUSE omp_pause_hard
#else
#define PAUSE omp_pause_soft
#endif

/* The threads that OpenMP keeps for us, this one included; 0 = none yet. */
static int	team;

/* The process that they belong to. */
static pid_t owner;

/* park: a thread that waits until the main one has counted it. */
static void *
park(void *barrier)
{
	pthread_mutex_lock(barrier);
	pthread_mutex_unlock(barrier);
	return NULL;
}

/* creatable: how many of so many threads can exist now; leaves none behind. */
static int
creatable(int wanted)
{
	pthread_mutex_t barrier = PTHREAD_MUTEX_INITIALIZER;
	pthread_t	parked[C1D_MAX_THREADS];
	int			count = 0;

	pthread_mutex_lock(&barrier);
	while (count < wanted && pthread_create(&parked[count], NULL, park, &barrier) == 0)
		count++;
	pthread_mutex_unlock(&barrier);
	for (int i = 0; i < count; i++)
		pthread_join(parked[i], NULL);
	return count;
}

/*
 * run_team
 *		Do all shares with as many threads as there are shares, or as can be had;
 *		false when only this one can.
 */
static bool
run_team(C1dWork *work, const volatile sig_atomic_t *interrupt)
{
	int			threads = work->shares;
	sigset_t	every,
				before;

	if (omp_get_level() > 0 || (owner != 0 && owner != getpid()))
		return false;
	owner = getpid();
	if (threads > omp_get_thread_limit())
		threads = omp_get_thread_limit();
	sigfillset(&every);
	pthread_sigmask(SIG_SETMASK, &every, &before);
	if (threads > team)
		threads = 1 + creatable(threads - 1);
	if (threads < 2)
	{
		pthread_sigmask(SIG_SETMASK, &before, NULL);
		return false;
	}

#pragma omp parallel num_threads(threads)
	{
		int			me = omp_get_thread_num();
		int			all = omp_get_num_threads();

		if (me == 0)
		{
			pthread_sigmask(SIG_SETMASK, &before, NULL);
			team = work->threads = all;
		}
		for (int i = me; i < work->shares; i += all)
			do_share(work, i, interrupt);
	}
	return true;
}

#endif

/*
 * c1d_parallel
 *		Do the work with as many threads as it has shares, or with fewer when
 *		the system does not give as many; results do not depend on it.
 *
 * Returns true when every item is done.  When *interrupt is set (NULL: never
 * looked at) returns false after the items, or parts of items, at hand; called
 * again it goes on, and every call does something.
 */
bool
c1d_parallel(C1dWork *work, const volatile sig_atomic_t *interrupt)
{
#ifdef _OPENMP
	if (work->shares > 1 && run_team(work, interrupt))
		return done(work);
#endif
	work->threads = 1;
	for (int i = 0; i < work->shares; i++)
		do_share(work, i, interrupt);
	return done(work);
}

/* c1d_parallel_release: let the threads end that were kept for the next call. */
void
c1d_parallel_release(void)
{
#ifdef _OPENMP
	if (team > 1 && owner == getpid())
		omp_pause_resource_all(PAUSE);
	team = 0;
#endif
}

/* c1d_parallel_cpus: how many processors this process may use, at least 1. */
int
c1d_parallel_cpus(void)
{
	long		online;
#ifdef __linux__
	cpu_set_t	set;

	if (sched_getaffinity(0, sizeof(set), &set) == 0)
		return CPU_COUNT(&set);
#endif
	online = sysconf(_SC_NPROCESSORS_ONLN);
	return online < 1 ? 1 : (int) online;
}

/* c1d_parallel_version: the date (yyyymm) of the OpenMP standard, 0 without it. */
int
c1d_parallel_version(void)
{
#ifdef _OPENMP
	return _OPENMP;
#else
	return 0;
#endif
}
