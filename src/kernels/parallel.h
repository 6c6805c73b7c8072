/*
 * src/kernels/parallel.h
 *	  Items of work shared out among threads.
 */
#ifndef C1D_PARALLEL_H
#define C1D_PARALLEL_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#define C1D_MAX_THREADS 256

/*
 * One share of the work: the items it has taken and not yet finished.  As long
 * as two cache lines, which processors fetch in pairs.
 */
typedef struct C1dShare
{
	int64_t		item;			/* the next one, or the one it is in the middle of */
	int64_t		end;			/* of the items taken */
	char		padding[112];
} C1dShare;

/*
 * Items 0 to items - 1, each done by one call of item(), or by several when
 * that returns false in the middle: it was interrupted and wants to be called
 * with the same share and item again.  Calls with different shares run at the
 * same time, those with the same share never; so what belongs to a share (work
 * memory, the state of an unfinished item) needs no lock.
 */
typedef struct C1dWork
{
	bool		(*item) (void *arg, int share, int64_t item);
	void	   *arg;
	int64_t		items;
	int			shares;			/* how many threads are wanted, 1 to C1D_MAX_THREADS */
	C1dShare   *share;			/* shares of them, zeroed before the first call */
	int64_t		taken;			/* items given to shares, 0 before the first call */
	int			threads;		/* how many threads the last call had */
} C1dWork;

extern bool c1d_parallel(C1dWork *work, const volatile sig_atomic_t *interrupt);
extern void c1d_parallel_release(void);
extern int	c1d_parallel_cpus(void);
extern int	c1d_parallel_version(void);

#endif
