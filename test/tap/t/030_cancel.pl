# test/tap/t/030_cancel.pl
#	  Whatever takes long can be cancelled within 300 ms, and the session goes
#	  on as if nothing had been.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../lib";
use Conv1dTest;
use Test::More;
use Time::HiRes qw(sleep time);

my $db = database(extension => 1);

# What a user means by at once; another process may take the processor meanwhile,
# so the best of three tries counts.
my $soon = 0.3;

rows($db, <<'SQL');
CREATE TABLE model (name text PRIMARY KEY, model conv1d_model);
INSERT INTO model SELECT
	'wide', model_agg('Conv1D', '{"filters": 1, "kernel_size": 30001, "padding": "same", "use_bias": false}', ARRAY[tensor1d_fill('{30001,1,1}', 1)]);
INSERT INTO model SELECT 'deep', model_agg('Conv1D', '{"filters": 16, "kernel_size": 9, "padding": "same", "use_bias": false}', ARRAY[tensor1d_fill(ARRAY[9,CASE i WHEN 1 THEN 1 ELSE 16 END,16], 0.125)] ORDER BY i) FROM generate_series(1, 100) i;
CREATE TABLE series AS SELECT id, tensor1d_fill('{2000000,1}', 1) AS x FROM generate_series(1, 4) id;
ALTER TABLE series SET (parallel_workers = 2);
CREATE TABLE vector AS SELECT tensor1d_fill('{40000000}', 0.5) AS v;
SQL

my $session = session($db);
my $right = $session->query(q{SELECT conv1d('[[1],[2],[3],[4]]', '[[[1]],[[10]]]')});
is($right, '[[21],[32],[43]]', 'an answer, before');

# cancelled(SQL, SECONDS): start SQL, let it work for so long, cancel it; return
# how long it went on, and what the client got.
sub cancelled
{
	my ($sql, $seconds) = @_;

	$session->send($sql);
	sleep $seconds;
	my $start = time;
	rows('postgres', 'SELECT pg_cancel_backend(' . $session->backend . ')');
	my $text = $session->receive;
	return (time - $start, $text);
}

# A large tensor of constants alone is made by the planner, which copies it without
# looking for a cancel; one that depends on a row is not.
my @long = (
	[ 'a convolution', q{SELECT conv1d(tensor1d_fill('{4000000,1}', 1), tensor1d_fill('{20001,1,1}', 1))} ],
	[ 'one that is all padding', q{SELECT conv1d(tensor1d_fill('{100000,1}', 1), tensor1d_fill('{1000001,1,1}', 1), padding => 'same')} ],
	[ 'one with a window as long as the series', q{SELECT conv1d(tensor1d_fill('{300000,8}', 1), tensor1d_fill('{100001,8,1}', 1))} ],
	[ 'a transposed convolution', q{SELECT conv1d_transpose(tensor1d_fill('{4000000,1}', 1), tensor1d_fill('{20001,1,1}', 1))} ],
	[ 'one with many phases', q{SELECT conv1d_transpose(tensor1d_fill('{20000,4}', 1), tensor1d_fill('{300007,1,4}', 1), strides => 1009)} ],
	[ 'a maximum', q{SELECT max_pool1d(tensor1d_fill('{4000000,1}', 1), 100001, 1)} ],
	[ 'a mean', q{SELECT avg_pool1d(tensor1d_fill('{4000000,1}', 1), 100001, 1)} ],
	[ 'a product of matrices', q{SELECT dense(dense(tensor1d_fill('{100000,512}', g), w), w) FROM (SELECT g, tensor1d_fill('{512,512}', 1) AS w FROM generate_series(1, 1) g) t} ],
	[ 'predict', q{SELECT predict((SELECT model FROM model WHERE name = 'wide'), x) FROM series} ],
	[ 'a deep model', q{SELECT predict((SELECT model FROM model WHERE name = 'deep'), slice(x, 1, 500000)) FROM series} ],
	[ 'an activation of one long vector', q{SELECT activate(v, 'mish') FROM vector} ],
	[ 'a softmax of it', q{SELECT softmax(softmax(softmax(softmax(v)))) FROM vector} ],
	[ 'a softmax along time', q{SELECT softmax(softmax(softmax(softmax(reshape(v, -1, 1), 1), 1), 1), 1) FROM vector} ],
	[ 'a large tensor', q{SELECT count(timesteps(tensor1d_fill('{100000000}', g))) FROM generate_series(1, 1000) g} ],
	[ 'another order of axes', q{SELECT permute(permute(permute(permute(reshape(v, 5000, 8000), 2, 1), 2, 1), 2, 1), 2, 1) FROM vector} ],
	[ 'raw bytes of another type', q{SELECT tensor1d_from_bytes(tensor1d_to_bytes(tensor1d_from_bytes(tensor1d_to_bytes(v, 'f2'), '{40000000}', 'f2'), 'i4'), '{40000000}', 'i4') FROM vector} ],
	[ 'many short runs', q{SELECT count(predict((SELECT model FROM model WHERE name = 'deep'), '[[1],[2],[3],[4]]')) FROM generate_series(1, 100000000)} ],
	[ 'a check of many layers', q{SELECT count(*) FROM check_layers('{5000,1}', (SELECT jsonb_agg('{"class_name": "MaxPooling1D", "config": {"strides": 1}}'::jsonb) FROM generate_series(1, 250)), '{5,1}') c, generate_series(1, 10000) WHERE pg_sleep(0.001) IS NOT NULL} ],
);
foreach my $case (@long)
{
	my ($name, $sql) = @$case;
	my ($took, $text);

	foreach my $try (1 .. 3)
	{
		($took, $text) = cancelled($sql, 0.6);
		last if $took <= $soon;
	}
	like($text, qr/ERROR:  57014:/, "$name is cancelled");
	cmp_ok($took, '<=', $soon, "... in time");
	is($session->query(q{SELECT conv1d('[[1],[2],[3],[4]]', '[[[1]],[[10]]]')}), $right, '... and the next answer is right');
}

# The server's own timeout; what was begun is forgotten, the plan is not spoilt.
my $whole = q{SELECT md5(tensor1d_send(predict((SELECT model FROM model WHERE name = 'wide'), slice(x, 1, 200000)))) FROM series WHERE id = 1};
my $undisturbed = $session->query($whole);
my $start = time;
like($session->query("SET statement_timeout = '100ms'; SELECT predict((SELECT model FROM model WHERE name = 'wide'), x) FROM series"), qr/ERROR:  57014:/, 'statement_timeout ends predict');
cmp_ok(time - $start, '<=', 0.1 + 2 * $soon, '... in time');
is($session->query("SET statement_timeout = 0; $whole"), $undisturbed, '... and a cancelled plan gives the right answer when it is run again');
my $tells = rows('postgres', q{SELECT current_setting('server_version_num')::int >= 140000}) eq 't';	# of its memory
SKIP:
{
	skip 'this server does not tell of its memory', 1 unless $tells;
	is($session->query(q{SELECT count(*) FROM pg_backend_memory_contexts WHERE name = 'conv1d layer'}), '0', 'nothing is left in memory of a run that was cancelled');
}

# Signals that do not end the query do not change its result.
$session->send($whole);
foreach (1 .. 100)
{
	rows('postgres', 'SELECT pg_reload_conf()' . ($tells ? '; SELECT pg_log_backend_memory_contexts(' . $session->backend . ')' : ''));
}
is($session->receive, $undisturbed, 'a hundred other signals do not change the result');

# Parallel workers are cancelled with their leader.
$session->query('SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0; SET max_parallel_workers_per_gather = 2');
like($session->query(q{EXPLAIN SELECT predict((SELECT model FROM model WHERE name = 'wide'), x) FROM series}), qr/Workers Planned: 2/, 'the plan has workers');
my ($took, $text);
foreach my $try (1 .. 3)
{
	($took, $text) = cancelled(q{SELECT predict((SELECT model FROM model WHERE name = 'wide'), x) FROM series}, 0.6);
	last if $took <= $soon;
}
like($text, qr/ERROR:  57014:/, 'a parallel query is cancelled');
cmp_ok($took, '<=', $soon, '... in time');
is(rows('postgres', q{SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'parallel worker'}), '0', '... and no worker is left');

# gone(PID, SECONDS): does the server process end within so long?
sub gone
{
	my ($pid, $seconds) = @_;
	my $end = time + $seconds;

	while (time < $end)
	{
		return 1 if rows('postgres', "SELECT count(*) FROM pg_stat_activity WHERE pid = $pid") eq '0';
		sleep 0.05;
	}
	return 0;
}

# A session that is terminated in the middle ends at once.
$session->send($long[0][1]);
sleep 0.5;
rows('postgres', 'SELECT pg_terminate_backend(' . $session->backend . ')');
ok(gone($session->backend, 1), 'a session that is terminated in the middle ends within a second');

# One whose client is gone ends as soon as the server looks.
SKIP:
{
	skip 'this server does not look for its client', 1 if rows('postgres', q{SELECT count(*) FROM pg_settings WHERE name = 'client_connection_check_interval'}) eq '0';
	my $lost = session($db);

	$lost->query("SET client_connection_check_interval = '1s'");
	$lost->send($long[0][1]);
	sleep 0.5;
	kill 'KILL', $lost->{pid};
	waitpid $lost->{pid}, 0;
	ok(gone($lost->backend, 2), 'a session without a client ends within two seconds');
}

is(rows($db, q{SELECT conv1d('[[1],[2],[3],[4]]', '[[[1]],[[10]]]')}), $right, 'the server lives on');
done_testing();
