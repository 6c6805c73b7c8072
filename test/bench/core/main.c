/*
 * test/bench/core/main.c
 *	  The measuring program: a question a line on stdin, its answer on stdout.
 *
 *	isas									the instruction sets of this machine
 *	peak ISA THREADS SECONDS				GFLOP/s
 *	read THREADS SECONDS					GB/s
 *	copy THREADS SECONDS					GB/s, read and written
 *	load NAME FILE LENGTH CHANNELS			"ok"
 *	run NAME FIRST LAST ISA TUNING THREADS SECONDS
 *											series/s of layers FIRST to LAST, and how
 *											far one is from the plain baseline
 *
 * TUNING is winograd, direct (no Winograd) or plain (nor anything fused).  An
 * answer that starts with "error" says what is wrong.  The questions come one
 * by one so that whoever asks can put something else between them.
 */
#include "bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool
read_isa(const char *word, C1dIsa *isa)
{
	for (int i = 0; i < C1D_ISAS; i++)
		if (strcmp(word, c1d_isa_names[i]) == 0 && c1d_isa_available((C1dIsa) i))
		{
			*isa = (C1dIsa) i;
			return true;
		}
	return false;
}

static bool
read_tuning(const char *word, C1dTuning *tuning)
{
	tuning->plain = strcmp(word, "plain") == 0;
	tuning->winograd = strcmp(word, "winograd") == 0;
	return tuning->plain || tuning->winograd || strcmp(word, "direct") == 0;
}

/* answer: false when the line is no question. */
static bool
answer(const char *line)
{
	char		word[64],
				model[64],
				file[512],
				tuning[64];
	int			threads = 1,
				first,
				last;
	long long	length,
				channels;
	double		seconds,
				rate,
				error;
	C1dIsa		isa;
	C1dError	err = {0};

	if (strcmp(line, "isas\n") == 0)
	{
		for (int i = 0; i < C1D_ISAS; i++)
			if (c1d_isa_available((C1dIsa) i))
				printf("%s ", c1d_isa_names[i]);
		printf("\n");
	}
	else if (sscanf(line, "peak %63s %d %lf", word, &threads, &seconds) == 3 && read_isa(word, &isa) &&
			 threads >= 1 && threads <= BENCH_MAX_THREADS)
		printf("%.6g\n", bench_peak(isa, threads, seconds));
	else if (sscanf(line, "read %d %lf", &threads, &seconds) == 2 && threads >= 1 && threads <= BENCH_MAX_THREADS)
		printf("%.6g\n", bench_read(threads, seconds));
	else if (sscanf(line, "copy %d %lf", &threads, &seconds) == 2 && threads >= 1 && threads <= BENCH_MAX_THREADS)
		printf("%.6g\n", bench_copy(threads, seconds));
	else if (sscanf(line, "load %63s %511s %lld %lld", model, file, &length, &channels) == 4)
	{
		if (bench_load(model, file, length, channels, &err))
			printf("ok\n");
		else
			printf("error: %s. %s\n", err.message, err.detail);
	}
	else if (sscanf(line, "run %63s %d %d %63s %63s %d %lf", model, &first, &last, word, tuning, &threads, &seconds) == 7 &&
			 threads >= 1 && threads <= BENCH_MAX_THREADS)
	{
		BenchCase	what = {.model = model, .first = first, .last = last};

		if (!read_isa(word, &what.tuning.isa) || !read_tuning(tuning, &what.tuning))
			return false;
		if (bench_model(&what, threads, seconds, &rate, &error, &err))
			printf("%.6g %.3g\n", rate, error);
		else
			printf("error: %s. %s\n", err.message, err.detail);
	}
	else
		return false;
	return true;
}

int
main(void)
{
	char		line[1024];

	while (fgets(line, sizeof(line), stdin) != NULL)
	{
		if (!answer(line))
			printf("error: no question: %s", line);
		fflush(stdout);
	}
	return 0;
}
