# test/tap/t/072_batch_limits.pl
#	  What scoring takes: memory of a million calls, of a hash aggregate that
#	  does not fit; the first call of a session; on a standby and in a read-only
#	  transaction.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../lib";
use Conv1dServer;
use Conv1dTest;
use Test::More;
use Time::HiRes qw(sleep);

# resident(PID): kB of memory that a process has; undef where nothing tells.
sub resident
{
	my ($pid, $what) = @_;

	open my $status, '<', "/proc/$pid/status" or return;
	my ($line) = grep { /^$what:/ } <$status>;
	return $line =~ /(\d+)/ ? $1 : undef;
}

# on_processor(PID): ms that a process has run; undef where nothing tells.
sub on_processor
{
	my ($pid) = @_;

	open my $file, '<', "/proc/$pid/schedstat" or return;
	my ($ns) = split / /, <$file>;
	return $ns / 1e6;
}

my $server = Conv1dServer->server('limits', "wal_level = replica\nmax_wal_senders = 4\nhot_standby = on");
$server->start;
my $tables = <<'SQL';
CREATE EXTENSION conv1d;
CREATE TABLE model (name text PRIMARY KEY, model conv1d_model);
INSERT INTO model SELECT 'small', model_agg('Conv1D', '{"filters": 2, "kernel_size": 3}', ARRAY[tensor1d_fill('{3,1,2}', 0.5), '[1,2]']::tensor1d[]);
INSERT INTO model SELECT 'large', model_agg('Conv1D', '{"filters": 64, "kernel_size": 9, "padding": "same"}',
	ARRAY[(SELECT reshape(tensor1d_agg(sin(j) ORDER BY j), 9, 64, 64) FROM generate_series(1, 9 * 64 * 64) j), tensor1d_fill('{64}', 0.1)] ORDER BY i) FROM generate_series(1, 7) i;
CREATE TABLE series AS SELECT id, tensor1d_agg(sin(id * i) ORDER BY i) AS x FROM generate_series(1, 2000) id, generate_series(1, 20) i GROUP BY id;
CREATE TABLE many AS SELECT i % 100000 AS g, i, ARRAY[i % 7, i % 11, i % 13, i % 17]::real[]::tensor1d AS x FROM generate_series(1, 200000) i;
CREATE FUNCTION digest(ys tensor1d[]) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
	$$SELECT md5(string_agg(tensor1d_send(y), '' ORDER BY o)) FROM unnest(ys) WITH ORDINALITY u(y, o)$$;
VACUUM ANALYZE;
SQL
my $batch = q{SELECT digest(predict_agg((SELECT model FROM model WHERE name = 'small'), x ORDER BY id)) FROM series};
my $alone = q{SELECT digest(array_agg(predict((SELECT model FROM model WHERE name = 'small'), x) ORDER BY id)) FROM series};

$server->on(sub {
	rows('postgres', $tables);
	my $session = session('postgres');

	# A million calls, half of them errors.
	$session->query(<<'SQL');
CREATE FUNCTION call(times int) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
	m conv1d_model := (SELECT model FROM model WHERE name = 'small');
	good tensor1d := '[[1],[2],[3],[4]]';
	bad tensor1d := '[[1],[2]]';
	errors int := 0;
BEGIN
	FOR i IN 1 .. times LOOP
		PERFORM predict(m, good);
		BEGIN
			PERFORM predict(m, bad);
		EXCEPTION WHEN data_exception THEN
			errors := errors + 1;
		END;
	END LOOP;
	RETURN errors;
END $$
SQL
	SKIP:
	{
		skip 'this system does not show memory', 2 unless defined resident($session->backend, 'VmRSS');
		is($session->query('SELECT call(5000)'), '5000', 'half of the calls fail');
		my $before = resident($session->backend, 'VmRSS');
		$session->query('SELECT call(500000)');
		cmp_ok(resident($session->backend, 'VmRSS') - $before, '<', 1024, 'a million calls, half of them errors, grow the session by less than 1 MB');
	}
	SKIP:
	{
		skip 'this system does not show memory', 2 unless defined resident($session->backend, 'VmRSS');
		my $loop = <<'SQL';
DO $$
BEGIN
	FOR i IN 1 .. %d LOOP
		PERFORM predict_agg((SELECT model FROM model WHERE name = 'large'), tensor1d_fill('{100,64}', i)) FROM generate_series(1, 2);
		BEGIN
			PERFORM predict_agg((SELECT model FROM model WHERE name = 'large'), tensor1d_fill('{100,64}', i)) FROM generate_series(1, 2) j WHERE 1 / (2 - j) IS NOT NULL;
		EXCEPTION WHEN division_by_zero THEN
			NULL;
		END;
		BEGIN
			PERFORM predict_agg(m, tensor1d_fill(ARRAY[5 + i %% 3 + j, 1], i)) FROM generate_series(1, 2) j, (SELECT model_agg('Dense', '{"units": 1}', ARRAY[tensor1d_fill('{1000,1}', i), '[1]']::tensor1d[]) AS m) s;
		EXCEPTION WHEN data_exception THEN
			NULL;
		END;
	END LOOP;
END $$
SQL
		is($session->query('SET conv1d.threads = 2;' . sprintf $loop, 60), '', 'batches, and errors in the middle of them');
		my $before = resident($session->backend, 'VmRSS');
		$session->query(sprintf $loop, 120);
		cmp_ok(resident($session->backend, 'VmRSS') - $before, '<', 1024, '... grow it by less than 1 MB');
	}
	$session->quit;

	# A hash aggregate of 100,000 groups that has 64 kB.
	$session = session('postgres');
	$session->query("SET work_mem = '64kB'; SET enable_sort = off; SET max_parallel_workers_per_gather = 0; SET jit = off");
	my $groups = q{SELECT g, predict_agg('{"version": 1, "layers": [{"class_name": "ReLU"}]}', x - 5) AS ys FROM many GROUP BY g};
	my $plan = $session->query("EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) $groups");
	like($plan, qr/HashAggregate.*Disk Usage/s, 'a hash aggregate that spills to disk');
	is($session->query(qq{SELECT count(DISTINCT g), count(*), sum(element(y, 1) + element(y, 4)) FROM ($groups) s, unnest(ys) y}),
		$session->query(q{SELECT 100000, 200000, sum(greatest(i % 7 - 5, 0) + greatest(i % 17 - 5, 0)) FROM many}), '... gives every row of every group');
	SKIP:
	{
		my $peak = resident($session->backend, 'VmHWM') // skip 'this system does not show memory', 1;
		cmp_ok($peak, '<', 200 * 1024, '... within 200 MB, shared buffers included');
	}
	$session->quit;

	# A window frame: rows that enter and leave cost the same whatever the frame.
	SKIP:
	{
		$session = session('postgres');
		skip 'this system does not show the time on a processor', 2 unless defined on_processor($session->backend);
		$session->query('CREATE AGGREGATE without_inverse(float8) (SFUNC = tensor1d_agg_transition, STYPE = internal, FINALFUNC = tensor1d_agg_final)');
		my %least;
		foreach (1 .. 5)
		{
			foreach my $aggregate ('tensor1d_agg', 'without_inverse', 'nothing')
			{
				my $frame = "$aggregate(i) OVER (ORDER BY i ROWS 127 PRECEDING)";
				my $before = on_processor($session->backend);

				$session->query("SELECT count(y) FROM (SELECT @{[$aggregate eq 'nothing' ? 'i' : $frame]} AS y FROM generate_series(1, 20000) i OFFSET 0) s");
				my $took = on_processor($session->backend) - $before;
				$least{$aggregate} = $took if !exists $least{$aggregate} || $took < $least{$aggregate};
			}
		}
		cmp_ok($least{without_inverse} - $least{nothing}, '>=', 10 * ($least{tensor1d_agg} - $least{nothing}),
			sprintf 'over a frame of 128 rows tensor1d_agg takes %.1f ms, without its inverse %.1f ms', map { $least{$_} - $least{nothing} } 'tensor1d_agg', 'without_inverse');
		my $same = q{SELECT md5(string_agg(tensor1d_send(y), '' ORDER BY i)) FROM (SELECT i, %s(sin(i)) OVER (ORDER BY i ROWS 127 PRECEDING) AS y FROM generate_series(1, 2000) i) s};
		is($session->query(sprintf $same, 'tensor1d_agg'), $session->query(sprintf $same, 'without_inverse'), '... and gives the same');
		$session->quit;
	}

	# The first call of a session loads the library, reads and checks the model and
	# plans it.  Other processes may have the processor meanwhile, so what counts is
	# the time on it.
	SKIP:
	{
		my ($first, $later);

		$session = session('postgres');
		skip 'this system does not show the time on a processor', 1 unless defined on_processor($session->backend);
		$session->quit;
		foreach (1 .. 5)
		{
			$session = session('postgres');
			$session->query(q{SELECT count(*), max(pg_column_size(model)) FROM model});
			foreach my $call (1 .. 4)
			{
				my $before = on_processor($session->backend);
				$session->query(q{SELECT shape(predict((SELECT model FROM model WHERE name = 'large'), tensor1d_fill('{256,64}', 1)))});
				my $took = on_processor($session->backend) - $before;
				my $least = $call == 1 ? \$first : \$later;
				$$least = $took if !defined $$least || $took < $$least;
			}
			$session->quit;
		}
		cmp_ok($first, '<', 2 * $later + 10, sprintf 'the first call with a model of 1 MB takes %.1f ms, a later one %.1f ms', $first, $later);
	}
});

# Reading is all it takes.
my $right = $server->on(sub { rows('postgres', $alone) });
is($server->on(sub { rows('postgres', "SET default_transaction_read_only = on; SET conv1d.threads = 2; $batch; $alone") }), "$right\n$right", 'a read-only transaction scores');
my $standby = Conv1dServer->server('standby', 'hot_standby = on', standby_of => $server);
$standby->start;
$standby->on(sub {
	is(rows('postgres', 'SELECT pg_is_in_recovery()'), 't', 'a standby');
	is(rows('postgres', "SET conv1d.threads = 2; $batch; $alone; $batch"), "$right\n$right\n$right", '... scores');
	is(rows('postgres', q{SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0;} . $alone), $right, '... in parallel, too');
});
$server->on(sub { rows('postgres', q{UPDATE model SET model = model_agg FROM (SELECT model_agg('Conv1D', '{"filters": 2, "kernel_size": 3}', ARRAY[tensor1d_fill('{3,1,2}', 0.25), '[1,2]']::tensor1d[])) s WHERE name = 'small'}) });
my $changed = $server->on(sub { rows('postgres', $batch) });
isnt($changed, $right, 'another model on the primary');
my $seen = '';
foreach (1 .. 100)
{
	$seen = $standby->on(sub { rows('postgres', $batch) });
	last if $seen eq $changed;
	sleep 0.1;
}
is($seen, $changed, '... is the one that the standby scores with');
$standby->stop;
$server->stop;
unlike($server->log . $standby->log, qr/(PANIC|terminated by signal)/, 'no server process came to harm');

done_testing();
