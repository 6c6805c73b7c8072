# test/tap/t/071_batch_interrupts.pl
#	  Scoring many rows ends within 300 ms when it is told to, and does not end,
#	  nor change its result, when it is told something else.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../lib";
use Conv1dTest;
use Test::More;
use Time::HiRes qw(sleep time);

my $db = database(extension => 1);
my $soon = 0.3;

rows($db, <<'SQL');
CREATE TABLE model (name text PRIMARY KEY, model conv1d_model);
INSERT INTO model SELECT 'deep', model_agg('Conv1D', '{"filters": 16, "kernel_size": 9, "padding": "same", "activation": "tanh"}', ARRAY[tensor1d_fill(ARRAY[9,CASE i WHEN 1 THEN 1 ELSE 16 END,16], 0.01), tensor1d_fill('{16}', 0.1)] ORDER BY i) FROM generate_series(1, 30) i;
INSERT INTO model SELECT 'pooled', model_agg(class_name, config, weights ORDER BY position) FROM (SELECT position, class_name, config, weights FROM model, model_layers(model) UNION ALL SELECT 1000, 'GlobalAveragePooling1D', NULL, NULL) l;
INSERT INTO model SELECT 'small', model_agg('Conv1D', '{"filters": 4, "kernel_size": 3, "padding": "same"}', ARRAY[tensor1d_fill('{3,1,4}', 0.5), tensor1d_fill('{4}', 0.1)]);
CREATE TABLE series AS SELECT id, tensor1d_agg(sin(id * i) ORDER BY i) AS x FROM generate_series(1, 400) id, generate_series(1, 500) i GROUP BY id;
CREATE TABLE long AS SELECT id, tensor1d_fill('{100000,1}', id) AS x FROM generate_series(1, 40) id;
CREATE TABLE result (id int, y tensor1d);
CREATE FUNCTION digest(ys tensor1d[]) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
	$$SELECT md5(string_agg(tensor1d_send(y), '' ORDER BY o)) FROM unnest(ys) WITH ORDINALITY u(y, o)$$;
ANALYZE;
SQL

my $control = session('postgres');
my $session;
my $small = q{SELECT digest(predict_agg((SELECT model FROM model WHERE name = 'deep'), x ORDER BY id)) FROM series WHERE id <= 20};
my $right = rows($db, "SET conv1d.threads = 1; $small");

sub begin_session
{
	$session = session($db);
	$session->query('SET conv1d.threads = 3');
	return;
}

begin_session();
my $deep = q{(SELECT model FROM model WHERE name = 'deep')};
my @long = (
	[ 'predict, row by row', "SELECT count(predict($deep, x)) FROM series, generate_series(1, 1000)" ],
	[ 'predict_agg in one batch', "SELECT cardinality(predict_agg($deep, x)) FROM long" ],
	[ 'predict_agg in many', "SELECT cardinality(predict_agg($deep, x)) FROM series, generate_series(1, 80)" ],
	[ 'predict_agg with small outputs', "SELECT cardinality(predict_agg((SELECT model FROM model WHERE name = 'pooled'), x)) FROM series, generate_series(1, 1000)" ],
	[ 'predict_agg of many groups', "SELECT count(y) FROM (SELECT predict_agg($deep, x) AS y FROM series, generate_series(1, 10) g GROUP BY id, g OFFSET 0) s" ],
	[ 'predict_windows_agg', "SELECT cardinality(predict_windows_agg($deep, i, 1000, 200 ORDER BY i)) FROM generate_series(1, 1000000) i" ],
	[ 'predict over a frame', "SELECT count(y) FROM (SELECT predict($deep, tensor1d_agg(i) OVER (ORDER BY i ROWS 255 PRECEDING)) AS y FROM generate_series(1, 1000000) i) s" ],
	[ 'INSERT of predict_agg', "INSERT INTO result SELECT 1, unnest(predict_agg($deep, x)) FROM series, generate_series(1, 10) g GROUP BY id, g" ],
	[ 'tensor1d_agg_at', 'SELECT timesteps(tensor1d_agg_at(i, i)) FROM generate_series(1, 100000000) i' ],
);

# best_of_three(CODE): the shortest time that it returns, and its text; another
# process may have the processor meanwhile.
sub best_of_three
{
	my ($code) = @_;
	my ($best, $text);

	foreach (1 .. 3)
	{
		(my $took, $text) = $code->();
		$best = $took if !defined $best || $took < $best;
		last if $best <= $soon;
	}
	return ($best, $text);
}

foreach my $case (@long)
{
	my ($name, $sql) = @$case;
	my ($took, $text) = best_of_three(sub {
		$session->send($sql);
		sleep 0.5;
		my $start = time;
		$control->query('SELECT pg_cancel_backend(' . $session->backend . ')');
		my $said = $session->receive;
		return (time - $start, $said);
	});

	like($text, qr/ERROR:  57014:/, "$name is cancelled");
	cmp_ok($took, '<=', $soon, '... in time');
	is($session->query($small), $right, '... and the next batch is right');

	$session->query("SET statement_timeout = '100ms'");
	($took, $text) = best_of_three(sub {
		my $start = time;
		my $said = $session->query($sql);
		return (time - $start - 0.1, $said);
	});
	like($text, qr/ERROR:  57014:.*statement timeout/, '... it ends by statement_timeout');
	cmp_ok($took, '<=', $soon, '... in time');
	$session->query('SET statement_timeout = 0');
	is($session->query($small), $right, '... and the next batch is right');
}

# A session that is terminated in a batch ends at once.
foreach my $case (@long[0, 1, 4, 6])
{
	my ($name, $sql) = @$case;
	my ($took) = best_of_three(sub {
		begin_session();
		$session->send($sql);
		sleep 0.5;
		my $start = time;
		$control->query('SELECT pg_terminate_backend(' . $session->backend . ')');
		sleep 0.01 while kill(0, $session->backend) && time - $start < 5;
		return (time - $start, '');
	});
	cmp_ok($took, '<=', $soon, "a session that is terminated in $name ends in time");
}
begin_session();
is($session->query($small), $right, '... and the next session is right');

# Signals that end nothing change nothing.
SKIP:
{
	skip 'this server cannot be asked to tell of its memory', 2 if rows('postgres', q{SELECT current_setting('server_version_num')::int >= 140000}) ne 't';
	my $whole = "SELECT digest(predict_agg($deep, x ORDER BY id, g)) FROM series, generate_series(1, 1) g";
	my $undisturbed = $session->query($whole);
	my ($sent, $runs, $wrong) = (0, 0, 0);

	while ($sent < 1000)
	{
		$session->send($whole);
		$runs++;
		foreach (1 .. 4)
		{
			$control->query('SELECT count(pg_log_backend_memory_contexts(' . $session->backend . ') AND pg_sleep(0.001) IS NOT NULL) FROM generate_series(1, 25); SELECT pg_reload_conf()');
			$sent += 25;
		}
		$wrong++ if $session->receive ne $undisturbed;
	}
	is($wrong, 0, "$sent other signals during $runs long runs change no result");
	open my $file, '<', "$dir/data/log" or die $!;
	my $served = grep { /logging memory contexts of PID @{[$session->backend]}/ } <$file>;
	cmp_ok($served, '>', 100, '... though they were served');
}
$session->quit;

done_testing();
