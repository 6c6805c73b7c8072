/*
 * test/unit/test_parallel.c
 *	  Work shared out among threads: each item once, interrupted anywhere.
 */
#include "unit.h"

#include <pthread.h>
#include <unistd.h>
#include <sys/wait.h>

#include "kernels/parallel.h"

#define ITEMS 1000
#define PARTS 5					/* an item takes so many steps */

/* What the items do: count themselves, and leave when told to. */
typedef struct Tally
{
	int			steps[ITEMS];	/* done of each item */
	int			ends[ITEMS];	/* times that it was finished */
	int			at[C1D_MAX_THREADS];	/* step within the share's item */
	int64_t		item[C1D_MAX_THREADS];	/* which that is */
	int			inside[C1D_MAX_THREADS];	/* calls with the share at the same time */
	int			wrong;
	int			masked;			/* calls on the main thread that keep signals out, or on another that does not */
	pthread_t	main;
	volatile sig_atomic_t interrupt;
	int64_t		interrupt_after;	/* steps in all, -1 = never */
	int64_t		total;
	int			late[C1D_MAX_THREADS];	/* steps that the share began although the flag was set */
} Tally;

static bool
step(void *arg, int share, int64_t item)
{
	Tally	   *tally = arg;
	bool		other = !pthread_equal(pthread_self(), tally->main);
	sigset_t	blocked;

	if (__atomic_add_fetch(&tally->inside[share], 1, __ATOMIC_SEQ_CST) != 1)
		__atomic_fetch_add(&tally->wrong, 1, __ATOMIC_SEQ_CST);
	pthread_sigmask(SIG_SETMASK, NULL, &blocked);
	if (other != (sigismember(&blocked, SIGUSR1) == 1))
		__atomic_fetch_add(&tally->masked, 1, __ATOMIC_SEQ_CST);

	/* an item that was left in the middle comes back to its share */
	if (tally->at[share] > 0 && tally->item[share] != item)
		__atomic_fetch_add(&tally->wrong, 1, __ATOMIC_SEQ_CST);
	tally->item[share] = item;
	while (tally->at[share] < PARTS)
	{
		tally->late[share] += tally->interrupt != 0;
		tally->at[share]++;
		tally->steps[item]++;
		if (__atomic_add_fetch(&tally->total, 1, __ATOMIC_SEQ_CST) == tally->interrupt_after)
			tally->interrupt = 1;
		if (tally->interrupt && tally->at[share] < PARTS)
		{
			__atomic_fetch_sub(&tally->inside[share], 1, __ATOMIC_SEQ_CST);
			return false;
		}
	}
	tally->at[share] = 0;
	tally->ends[item]++;
	__atomic_fetch_sub(&tally->inside[share], 1, __ATOMIC_SEQ_CST);
	return true;
}

static C1dWork
work_of(Tally *tally, C1dShare *share, int64_t items, int shares)
{
	memset(tally, 0, sizeof(*tally));
	memset(share, 0, sizeof(*share) * (size_t) shares);
	tally->main = pthread_self();
	tally->interrupt_after = -1;
	return (C1dWork) {.item = step, .arg = tally, .items = items, .shares = shares, .share = share};
}

static bool
each_once(const Tally *tally, int64_t items)
{
	for (int64_t i = 0; i < ITEMS; i++)
		if (tally->ends[i] != (i < items) || tally->steps[i] != (i < items) * PARTS)
			return false;
	return tally->wrong == 0;
}

static Tally tally;
static C1dShare share[C1D_MAX_THREADS];

TEST(every_item_once)
{
	const int	shares[] = {1, 2, 3, 8, 3, 2, 64, C1D_MAX_THREADS};
	const int64_t items[] = {0, 1, 2, 3, 7, 16, 17, 999, ITEMS};
	int			right = 0,
				masked = 0,
				crowded = 0;

	for (size_t s = 0; s < sizeof(shares) / sizeof(*shares); s++)
		for (size_t i = 0; i < sizeof(items) / sizeof(*items); i++)
		{
			C1dWork		work = work_of(&tally, share, items[i], shares[s]);

			right += c1d_parallel(&work, NULL) && each_once(&tally, items[i]);
			masked += tally.masked;
			crowded += work.threads < 1 || work.threads > shares[s];
		}
	ok(right == 72, "every item is done once, whatever the number of threads: %d of 72", right);
	ok(masked == 0, "signals reach the main thread and no other");
	ok(crowded == 0, "there are never more threads than shares");
	tally.ends[3]++;
	ok(!each_once(&tally, ITEMS), "an item done twice would be noticed");
}

TEST(interrupts)
{
	const int	shares[] = {1, 2, 3, 8};
	int			runs = 0,
				right = 0,
				late = 0;

	for (int s = 0; s < 4; s++)
		for (int64_t after = 1; after <= 500; after += 7)
		{
			C1dWork		work = work_of(&tally, share, 97, shares[s]);
			int			calls = 1;

			tally.interrupt_after = after;
			while (!c1d_parallel(&work, &tally.interrupt))
			{
				/* a share that begins when the flag is set does one step */
				for (int i = 0; i < shares[s]; i++)
					late += tally.late[i] > 1;
				memset(tally.late, 0, sizeof(tally.late));
				tally.interrupt = 0;
				tally.interrupt_after = tally.total + after;
				calls++;
			}
			runs++;
			right += each_once(&tally, 97) && calls > (after < 97 * PARTS / 2);
		}
	ok(right == runs, "interrupted anywhere and called again, the work is complete: %d of %d", right, runs);
	ok(late == 0, "an interrupt ends it after the part at hand");
}

TEST(an_interrupt_that_stays)
{
	C1dWork		work = work_of(&tally, share, 50, 3);
	int			calls = 0;

	tally.interrupt = 1;
	while (!c1d_parallel(&work, &tally.interrupt))
		calls++;
	ok(each_once(&tally, 50) && calls > 0 && calls <= 50 * PARTS, "every call does something, so even a flag that stays set lets the work end");
}

/* threads_now: of this process, as the kernel counts them; -1 where it does not tell. */
static int
threads_now(void)
{
	FILE	   *status = fopen("/proc/self/status", "r");
	char		line[256];
	int			threads = -1;

	if (status == NULL)
		return -1;
	while (fgets(line, sizeof(line), status))
		if (sscanf(line, "Threads: %d", &threads) == 1)
			break;
	fclose(status);
	return threads;
}

/* settled: the number of threads, once those that are ending have ended. */
static int
settled(int expected)
{
	for (int i = 0; i < 200 && threads_now() != expected; i++)
		usleep(10000);
	return threads_now();
}

TEST(release)
{
	C1dWork		work = work_of(&tally, share, 100, 4);
	int			before;

	c1d_parallel_release();
	before = settled(1);
	c1d_parallel(&work, NULL);
	if (c1d_parallel_version() == 0 || before < 0)
		ok(work.threads == 1, "without OpenMP there is one thread");
	else
		ok(work.threads == 4 && threads_now() == before + 3, "four threads work, and three stay for the next call");
	c1d_parallel_release();
	ok(settled(before) == before, "none is left after a release");
	work = work_of(&tally, share, 100, 3);
	ok(c1d_parallel(&work, NULL) && each_once(&tally, 100), "after which there can be threads again");
	c1d_parallel_release();
}

TEST(a_child)
{
	C1dWork		work = work_of(&tally, share, 100, 4);
	pid_t		child;
	int			status = -1;

	c1d_parallel(&work, NULL);
	fflush(stdout);
	child = fork();
	if (child == 0)
	{
		alarm(20);
		work = work_of(&tally, share, 100, 4);
		_exit(c1d_parallel(&work, NULL) && each_once(&tally, 100) && work.threads == 1 ? 0 : 1);
	}
	waitpid(child, &status, 0);
	ok(status == 0, "a child forked after it does the work alone, and does not hang");
	c1d_parallel_release();
}

TEST(what_there_is)
{
	ok(c1d_parallel_cpus() >= 1, "there is a processor to run on");
	ok(c1d_parallel_version() == 0 || c1d_parallel_version() >= 201511, "the version of OpenMP is a date");
}

RUN(every_item_once, interrupts, an_interrupt_that_stays, release, a_child, what_there_is)
