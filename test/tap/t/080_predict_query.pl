# test/tap/t/080_predict_query.pl
#	  predict_query streams: a million rows take no more memory than a thousand,
#	  it ends when it is told to, and it leaves nothing behind.

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
INSERT INTO model SELECT 'pool', model_agg('MaxPooling1D', NULL, NULL);
INSERT INTO model SELECT 'deep', model_agg('Conv1D', '{"filters": 16, "kernel_size": 9, "padding": "same", "use_bias": false}', ARRAY[tensor1d_fill(ARRAY[9,CASE i WHEN 1 THEN 1 ELSE 16 END,16], 0.125)] ORDER BY i) FROM generate_series(1, 100) i;
SQL

# The first row of each output tells it from its neighbours.
my $input = q{SELECT id, 'row ' || id AS name, tensor1d_fill('{8,1}', id) AS x FROM generate_series(1, %d) id};
my $stream = q{SELECT md5(string_agg(id || name || element(y, 1, 1)::int, ',')) FROM predict_query((SELECT model FROM model WHERE name = 'pool'), $q$%s$q$) AS q(id int, name text, y tensor1d)};
my $plain = q{SELECT md5(string_agg(id || name || element(predict((SELECT model FROM model WHERE name = 'pool'), x), 1, 1)::int, ',')) FROM (%s) q};

# peak(PID): kilobytes that a process has held at once, shared memory aside.
sub peak
{
	my ($pid) = @_;
	my %status;

	open my $file, '<', "/proc/$pid/status" or return undef;
	while (<$file>)
	{
		$status{$1} = $2 if /^(\w+):\s+(\d+) kB/;
	}
	return $status{VmHWM} - ($status{RssShmem} // 0);
}

SKIP:
{
	skip 'no /proc here', 4 unless defined peak($$);

	my $count = q{SELECT count(*), sum(id), count(y) FROM predict_query((SELECT model FROM model WHERE name = 'pool'), $q$%s$q$) AS q(id int, name text, y tensor1d)};
	my $few = session($db);
	my $many = session($db);

	$_->query("SET conv1d.max_memory = '64MB'") for $few, $many;
	is($few->query(sprintf $count, sprintf $input, 1000), '1000|500500|1000', 'a thousand rows');
	is($many->query(sprintf $count, sprintf $input, 1000000), '1000000|500000500000|1000000', 'a million rows');
	my $grown = (peak($many->backend) - peak($few->backend)) / 1024;
	cmp_ok($grown, '<', 32, sprintf('... take %.1f MB more at their peak', $grown));

	# The same measure notices a query that does keep its rows.
	my $hoard = session($db);
	$hoard->query(sprintf q{SELECT length(array_agg(y)::text) > 0 FROM predict_query((SELECT model FROM model WHERE name = 'pool'), $q$%s$q$) AS q(id int, name text, y tensor1d)}, sprintf $input, 1000000);
	cmp_ok((peak($hoard->backend) - peak($few->backend)) / 1024, '>', 32, '... which one that keeps its rows does not pass');
	$_->quit for $few, $many, $hoard;
}

# The same rows in the same order as SELECT gives, at every memory setting.
my $right = rows($db, sprintf $plain, sprintf $input, 100000);
foreach my $work_mem ('64kB', '4MB', '64MB')
{
	is(rows($db, "SET work_mem = '$work_mem'; " . sprintf($stream, sprintf $input, 100000)), $right, "the same rows as SELECT with work_mem = $work_mem");
}

# Rows that are suddenly large do not make a large batch.
SKIP:
{
	skip 'no /proc here', 1 unless defined peak($$);
	my $session = session($db);
	my $mixed = q{SELECT tensor1d_fill(CASE WHEN i <= 20000 THEN '{2,1}' ELSE '{500000,1}' END::int[], 1) FROM generate_series(1, 20050) i};
	my $before = peak($session->backend);

	is($session->query(qq{SELECT count(*), max(timesteps(y)) FROM predict_query((SELECT model FROM model WHERE name = 'pool'), \$q\$$mixed\$q\$) AS q(y tensor1d)}), '20050|250000', 'small rows, then large ones');
	cmp_ok((peak($session->backend) - $before) / 1024, '<', 160, '... of which no more than a few are in memory');
	$session->quit;
}

# It can be cancelled: while a batch runs, while the query runs, while rows go to disk.
my $session = session($db);
my @long = (
	[ 'a long batch', q{SELECT count(*) FROM predict_query((SELECT model FROM model WHERE name = 'deep'), $q$SELECT tensor1d_fill('{2000,1}', id) FROM generate_series(1, 100000) id$q$, 10000) AS q(y tensor1d)} ],
	[ 'one long run', q{SELECT count(*) FROM predict_query((SELECT model FROM model WHERE name = 'deep'), $q$SELECT tensor1d_fill('{1000000,1}', 1)$q$) AS q(y tensor1d)} ],
	[ 'a slow query', q{SELECT count(*) FROM predict_query((SELECT model FROM model WHERE name = 'pool'), $q$SELECT '[[1],[2]]'::tensor1d FROM generate_series(1, 1000) WHERE pg_sleep(1) IS NOT NULL$q$) AS q(y tensor1d)} ],
	[ 'a stream', sprintf(q{SELECT count(*) FROM predict_query((SELECT model FROM model WHERE name = 'pool'), $q$%s$q$) AS q(id int, name text, y tensor1d)}, sprintf $input, 100000000) ],
);
foreach my $case (@long)
{
	my ($name, $sql) = @$case;
	my ($took, $text);

	foreach my $try (1 .. 3)
	{
		$session->send($sql);
		sleep 0.5;
		my $start = time;
		rows('postgres', 'SELECT pg_cancel_backend(' . $session->backend . ')');
		$text = $session->receive;
		$took = time - $start;
		last if $took <= $soon;
	}
	like($text, qr/ERROR:  57014:/, "$name is cancelled");
	cmp_ok($took, '<=', $soon, '... in time');
	is($session->query(sprintf $stream, sprintf $input, 100), rows($db, sprintf $plain, sprintf $input, 100), '... and the next answer is right');
}
my $start = time;
like($session->query("SET statement_timeout = '100ms'; $long[0][1]"), qr/ERROR:  57014:/, 'statement_timeout ends it');
cmp_ok(time - $start, '<=', 0.1 + 2 * $soon, '... in time');
$session->query('RESET statement_timeout');

# Errors and cancels leave nothing in memory, no cursor, no temporary file.
is($session->query('SELECT count(*) FROM pg_cursors'), '0', 'no cursor is left');
is($session->query('SELECT count(*) FROM pg_ls_tmpdir()'), '0', 'no temporary file is left');
SKIP:
{
	skip 'this server does not tell of its memory', 1 if rows('postgres', q{SELECT current_setting('server_version_num')::int >= 140000}) ne 't';
	is($session->query(q{SELECT count(*) FROM pg_backend_memory_contexts WHERE name IN ('conv1d rows', 'conv1d batch')}), '0', 'no batch is left in memory');
}

# A limit on temporary files is obeyed.
fails($db, "SET temp_file_limit = '1MB'; SET work_mem = '64kB'; " . sprintf($stream, sprintf $input, 1000000), qr/ERROR:  53400:/, 'temp_file_limit holds');

# The statement's snapshot: rows that others commit meanwhile are not seen.
rows($db, q{CREATE TABLE busy AS SELECT id, tensor1d_fill('{2,1}', id) AS x FROM generate_series(1, 1000) id});
my $reader = session($db);
$reader->query('BEGIN ISOLATION LEVEL REPEATABLE READ');
is($reader->query('SELECT count(*) FROM busy'), '1000', 'a snapshot');
rows($db, q{INSERT INTO busy SELECT id, tensor1d_fill('{2,1}', id) FROM generate_series(1001, 2000) id});
is($reader->query(q{SELECT count(*) FROM predict_query((SELECT model FROM model WHERE name = 'pool'), 'SELECT x FROM busy') AS q(y tensor1d)}), '1000', '... is what the query sees');
$reader->query('COMMIT');
is($reader->query(q{SELECT count(*) FROM predict_query((SELECT model FROM model WHERE name = 'pool'), 'SELECT x FROM busy') AS q(y tensor1d)}), '2000', '... until the transaction ends');

done_testing();
