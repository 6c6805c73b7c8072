# test/tap/t/070_threads.pl
#	  Batches over threads: the same bits with any number of them, whatever the
#	  environment says; none is left behind, none where none may be; one that
#	  cannot be created costs a thread and not the session.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../lib";
use Conv1dServer;
use Conv1dTest;
use Test::More;
use Time::HiRes qw(sleep);

# A model and series that are worth threads.
my $tables = <<'SQL';
CREATE EXTENSION IF NOT EXISTS conv1d;
CREATE TABLE model AS SELECT model_agg('Conv1D', '{"filters": 32, "kernel_size": 9, "padding": "same", "activation": "tanh"}',
	ARRAY[tensor1d_fill(ARRAY[9, CASE i WHEN 1 THEN 1 ELSE 32 END, 32], 0.01), tensor1d_fill('{32}', 0.1)] ORDER BY i) AS model FROM generate_series(1, 3) i;
CREATE TABLE series AS SELECT id, tensor1d_agg(sin(id * i) ORDER BY i) AS x FROM generate_series(1, 60) id, generate_series(1, 300) i GROUP BY id;
CREATE TABLE reading AS SELECT i AS ts, sin(i * i / 100.0) AS value FROM generate_series(1, 8000) i;
ANALYZE;
CREATE FUNCTION digest(ys tensor1d[]) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
	$$SELECT md5(string_agg(tensor1d_send(y), '' ORDER BY o)) FROM unnest(ys) WITH ORDINALITY u(y, o)$$;
SQL
my $serially = q{SELECT digest(array_agg(predict((SELECT model FROM model), x) ORDER BY id)) FROM series};
my $batch = q{SELECT digest(predict_agg((SELECT model FROM model), x ORDER BY id)) FROM series};
my $windows_serially = q{SELECT digest(array_agg(predict((SELECT model FROM model), w) ORDER BY position)) FROM (SELECT tensor1d_agg(value ORDER BY ts) AS x FROM reading) s, windows(x, 256, 100)};
my $windows = q{SELECT digest(predict_windows_agg((SELECT model FROM model), value, 256, 100 ORDER BY ts)) FROM reading};

my $db = database();
rows($db, $tables);
my $right = rows($db, $serially);
my $windows_right = rows($db, $windows_serially);
my $openmp = rows($db, q{SELECT value FROM conv1d_build_info() WHERE name = 'openmp'});
my $threaded = $openmp ne 'none';
diag('built without OpenMP: everything is serial here') unless $threaded;

# threads_of(PID): how many the kernel counts; undef where it does not tell.
sub threads_of
{
	my ($pid) = @_;

	opendir my $tasks, "/proc/$pid/task" or return;
	return scalar grep { /^\d/ } readdir $tasks;
}

# Any number of threads.
my $session = session($db);
foreach my $threads (1, 2, 3, 8, 64, -1)
{
	$session->query("SET conv1d.threads = $threads");
	is($session->query($batch), $right, "predict_agg with conv1d.threads = $threads gives the bits of predict");
	is($session->query($windows), $windows_right, '... and predict_windows_agg those of predict on each window');
}
isnt($session->query(q{SELECT digest(predict_agg((SELECT model FROM model), x * 1.0001 ORDER BY id)) FROM series}), $right, 'other rows would give another digest');

# As many as are asked for, while a transaction lasts, and none afterwards.
SKIP:
{
	skip 'this system does not show threads', 4 unless $threaded && defined threads_of($session->backend);
	$session->query('SET conv1d.threads = 4');
	$session->query('BEGIN');
	$session->query($batch);
	is(threads_of($session->backend), 4, 'in a transaction the threads stay for the next batch');
	$session->query('COMMIT');
	my $left = 4;
	foreach (1 .. 100)
	{
		$left = threads_of($session->backend);
		last if $left == 1;
		sleep 0.02;
	}
	is($left, 1, 'after COMMIT none is left');
	$session->query("BEGIN; $batch; SELECT 1/0");
	foreach (1 .. 100)
	{
		$left = threads_of($session->backend);
		last if $left == 1;
		sleep 0.02;
	}
	is($left, 1, '... nor after an error');
	$session->query('ROLLBACK');
	is($session->query($batch), $right, '... and then there can be some again');
}

# -1 follows the processes that a query may have, and the processors.
$session->query('SET conv1d.threads = -1');
my $cpus = $session->query(q{SET max_parallel_workers_per_gather = 1000; SELECT value FROM conv1d_build_info() WHERE name = 'threads'});
cmp_ok($cpus, '>=', 1, 'conv1d.threads = -1 stays within the processors');
is($session->query("SET max_parallel_workers_per_gather = $_; SELECT value FROM conv1d_build_info() WHERE name = 'threads'"), $_ + 1 < $cpus ? $_ + 1 : $cpus, "... and follows max_parallel_workers_per_gather = $_") foreach 0, 1;
is($session->query(q{SET conv1d.threads = 7; SELECT value FROM conv1d_build_info() WHERE name = 'threads'}), '7', 'a number is taken as it is');

# A setting that comes before the library, good or not.
my $early = rows($db, q{SET conv1d.threads = 7; SET conv1d.isa = 'baseline'; SELECT string_agg(value, ',' ORDER BY name) FROM conv1d_build_info() WHERE name IN ('threads', 'isa')});
is($early, 'baseline,7', 'what was set before the library is loaded holds');
my ($late, $warnings) = psql($db, q{SET conv1d.threads = 'many'; SELECT model IS NULL FROM model LIMIT 1; SELECT value = (SELECT value FROM conv1d_build_info() WHERE name = 'isa_best') FROM conv1d_build_info() WHERE name = 'isa'; SHOW conv1d.threads});
like($late, qr/-1$/, '... a wrong value gives way to the default');
like($warnings, qr/WARNING: .*conv1d\.threads.*many/, '... with a warning');

# Parallel plans: workers do what the leader would, with one thread each.
$session->query('SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0; ALTER TABLE series SET (parallel_workers = 4)');
my $in_parallel = q{SELECT digest(array_agg(y ORDER BY id)) FROM (SELECT id, predict((SELECT model FROM model), x) AS y FROM series OFFSET 0) s};
foreach my $workers (0 .. 4)
{
	$session->query("SET max_parallel_workers_per_gather = $workers");
	like($session->query("EXPLAIN (VERBOSE, COSTS OFF) $in_parallel"), qr/Workers Planned: $workers.*Parallel Seq Scan[^\n]*\n *Output: [^\n]*predict/s, "$workers workers run predict") if $workers;
	is($session->query($in_parallel), $right, "... and with $workers workers its bits are the same");
}
my $plan = $session->query("EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF) SELECT max(predict((SELECT model FROM model), x)) FROM series");
like($plan, qr/Workers Launched: [1-4]/, 'workers are launched for predict');
like($plan, qr/Partial Aggregate/, '... and aggregate what it gives');
$session->query('CREATE TABLE part (id int, x tensor1d) PARTITION BY LIST (id); CREATE TABLE part1 PARTITION OF part FOR VALUES IN (1); CREATE TABLE part2 PARTITION OF part FOR VALUES IN (2)');
$session->query('INSERT INTO part SELECT 1 + id % 2, x FROM series; ANALYZE part; SET enable_partitionwise_aggregate = on; SET parallel_leader_participation = off; SET max_parallel_workers_per_gather = 2');
my $parts = q{SELECT id, digest(predict_agg((SELECT model FROM model), x ORDER BY x)) FROM part GROUP BY id};
like($session->query("EXPLAIN (COSTS OFF) $parts"), qr/Gather.*Parallel Append.*GroupAggregate/s, 'predict_agg over partitions runs in workers');
my $in_workers = join "\n", sort split /\n/, $session->query($parts);
$session->query('SET max_parallel_workers_per_gather = 0');
is($in_workers, join("\n", sort split /\n/, $session->query($parts)), '... with the same bits');

# A query that a worker runs as a whole, and one that is compiled.
my $forced = $session->query(q{SELECT name FROM pg_settings WHERE name IN ('force_parallel_mode', 'debug_parallel_query')});
$session->query("SET max_parallel_workers_per_gather = 2; SET $forced = on");
is($session->query($batch), $right, 'predict_agg in a worker gives the same bits');
$session->query("SET $forced = off; SET jit_above_cost = 0; SET jit_inline_above_cost = 0; SET jit_optimize_above_cost = 0");
is($session->query($batch), $right, '... and so it does compiled');
$session->query('RESET jit_above_cost; RESET jit_inline_above_cost; RESET jit_optimize_above_cost');

# tensor1d_agg_at needs no order, so it is aggregated by workers in parts.
my $place = q{SELECT tensor1d_agg_at(ts, value) FROM reading};
my $placed = $session->query("SELECT md5(tensor1d_send(y)) FROM ($place) s(y)");
$session->query('ALTER TABLE reading SET (parallel_workers = 4); SET parallel_leader_participation = on');
foreach my $workers (1 .. 4)
{
	$session->query("SET max_parallel_workers_per_gather = $workers");
	is($session->query("SELECT md5(tensor1d_send(y)) FROM ($place) s(y)"), $placed, "tensor1d_agg_at with $workers workers gives the same series");
}
$plan = $session->query("EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF) $place");
like($plan, qr/Workers Launched: [1-4].*Partial Aggregate/s, '... in parts');
$session->quit;

# A server whose environment speaks to OpenMP.
my $server = Conv1dServer->server('threads', 'max_worker_processes = 8');
foreach my $environment ({ OMP_NUM_THREADS => 5 }, { OMP_THREAD_LIMIT => 2 }, { OMP_THREAD_LIMIT => 1 }, { OMP_DYNAMIC => 'true' },
	{ OMP_WAIT_POLICY => 'passive', OMP_PROC_BIND => 'true' }, { OMP_MAX_ACTIVE_LEVELS => 0 }, { OMP_STACKSIZE => '64k' })
{
	$server->start(%$environment);
	$server->on(sub {
		rows('postgres', $tables) unless $server->{filled}++;
		is(rows('postgres', "SET conv1d.threads = $_; $batch; $batch; $windows"), "$right\n$right\n$windows_right",
			join(' ', map { "$_=$environment->{$_}" } sort keys %$environment) . " with conv1d.threads = $_") foreach 1, 2, 3, 8;
	});
	$server->stop;
}

# Loaded into the postmaster, which must not have a thread that its children
# would wait for.
$server->configure("shared_preload_libraries = 'conv1d'");
$server->start;
$server->on(sub {
	is(rows('postgres', "SET conv1d.threads = 3; $batch"), $right, "shared_preload_libraries = 'conv1d': threads work");
	is(rows('postgres', "SET conv1d.threads = 3; $batch"), $right, '... in the next session, too');
	is(threads_of($server->postmaster) // 1, 1, '... and the postmaster has none but its own');
});
$server->stop;
unlike($server->log, qr/(PANIC|terminated by signal)/, 'no server process came to harm');

# Threads that cannot be created.  A library in front of the C library lets only
# so many exist at a time, as a limit of processes does, or lets one call fail.
SKIP:
{
	skip 'no compiler, or no threads', 27 unless $threaded && system('cc --version >/dev/null 2>&1') == 0;
	my $source = "$dir/fewer_threads.c";
	my $library = "$dir/fewer_threads.so";
	my $limits = "$dir/fewer_threads.limits";

	open my $file, '>', $source or die $!;
	print $file <<'C';
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct Start
{
	void	   *(*routine) (void *);
	void	   *arg;
} Start;

static int	alive, calls;

static void
ended(void *start)
{
	free(start);
	__atomic_fetch_sub(&alive, 1, __ATOMIC_SEQ_CST);
}

static void *
begin(void *start)
{
	void	   *result;

	pthread_cleanup_push(ended, start);
	result = ((Start *) start)->routine(((Start *) start)->arg);
	pthread_cleanup_pop(1);
	return result;
}

/* the file says how many threads may be, and the call that fails (0: none) */
int
pthread_create(pthread_t *thread, const pthread_attr_t *attr, void *(*routine) (void *), void *arg)
{
	int			(*real) (pthread_t *, const pthread_attr_t *, void *(*) (void *), void *) =
	(int (*) (pthread_t *, const pthread_attr_t *, void *(*) (void *), void *)) dlsym(RTLD_NEXT, "pthread_create");
	FILE	   *file = fopen(getenv("FEWER_THREADS"), "r");
	int			most = 1000,
				fails = 0;
	Start	   *start = malloc(sizeof(Start));

	if (file != NULL)
	{
		if (fscanf(file, "%d %d", &most, &fails) != 2)
			abort();
		fclose(file);
	}
	start->routine = routine;
	start->arg = arg;
	if (++calls == fails)
		return EAGAIN;
	if (__atomic_add_fetch(&alive, 1, __ATOMIC_SEQ_CST) <= most)
		return real(thread, attr, begin, start);
	__atomic_fetch_sub(&alive, 1, __ATOMIC_SEQ_CST);
	return EAGAIN;
}
C
	close $file;
	is(system("cc -shared -fPIC -o '$library' '$source' -ldl -lpthread"), 0, 'the library compiles');
	$server->start(LD_PRELOAD => $library, FEWER_THREADS => $limits);
	$server->on(sub {
		foreach my $case ((map { [ $_, 0 ] } 0, 1, 2, 3, 6, 7, 8), (map { [ 1000, $_ ] } 1, 2, 7))
		{
			open my $limit, '>', $limits or die $!;
			print $limit "@$case\n";
			close $limit;
			chmod 0644, $limits;
			my ($out, $err, $status) = psql('postgres', "SET client_min_messages = debug1; SET conv1d.threads = 8; $batch; $batch; SELECT 'alive'");
			my $what = $case->[1] ? "call $case->[1] of pthread_create fails" : "$case->[0] threads can be beside the first";
			my $fewer = $case->[1] ? $case->[1] : $case->[0] + 1;

			is($out, "$right\n$right\nalive\n", "$what: the same bits");
			if ($fewer < 8)
			{
				like($err, qr/ran on $fewer threads instead of 8/, '... and DEBUG1 tells of it');
			}
			else
			{
				unlike($err, qr/instead of/, '... and nothing is told');
			}
		}
	});
	$server->stop;
	unlike($server->log, qr/Thread creation failed/, 'libgomp never failed to create a thread');
}
done_testing();
