# test/tap/t/081_predict_table.pl
#	  A job of predict_table that is stopped at any moment in any way goes on
#	  later and ends complete: no row lost, none twice, each as SELECT gives it.

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
INSERT INTO model SELECT 'small', model_agg('Conv1D', '{"filters": 3, "kernel_size": 3, "activation": "tanh"}', ARRAY['[[[0.5,-1,0.25]],[[1,0.125,-2]],[[-0.5,0.75,1]]]', '[0.1,0.2,-0.3]']::tensor1d[]);
INSERT INTO model SELECT 'deep', model_agg('Conv1D', '{"filters": 16, "kernel_size": 9, "padding": "same", "use_bias": false}', ARRAY[tensor1d_fill(ARRAY[9,CASE i WHEN 1 THEN 1 ELSE 16 END,16], 0.125)] ORDER BY i) FROM generate_series(1, 100) i;
CREATE FUNCTION model(n text) RETURNS conv1d_model LANGUAGE sql STABLE AS 'SELECT model FROM model WHERE name = n';
CREATE TABLE source (id int PRIMARY KEY, x tensor1d);
INSERT INTO source SELECT i, CASE WHEN i % 100 <> 7 THEN tensor1d_fill('{5,1}', sin(i)::real) END FROM generate_series(1, 200000) i;
ANALYZE source;
CREATE TABLE slow (id int PRIMARY KEY, x tensor1d);
INSERT INTO slow SELECT i, tensor1d_fill('{100,1}', i) FROM generate_series(1, 20000) i;
ANALYZE slow;
SQL

# answering: wait until the server takes connections again.
sub answering
{
	foreach (1 .. 300)
	{
		my (undef, undef, $status) = psql($db, 'SELECT 1');
		return 1 if $status == 0;
		sleep 0.1;
	}
	die "the server does not come back\n";
}

# differences(TARGET): rows that are missing, too many, or unlike predict's.
sub differences
{
	my ($target, $source, $model) = (@_, 'source', 'small')[0, -2, -1];

	return rows($db, "SELECT count(*) FROM $source s FULL JOIN $target t USING (id) WHERE s.id IS NULL OR t.id IS NULL OR tensor1d_send(t.output) IS DISTINCT FROM tensor1d_send(predict(model('$model'), x))");
}

#
# Fifty moments: the server process killed, terminated, cancelled
#

my $call = q{CALL predict_table(model('small'), 'source', 'target', batch_size => %d)};
rows($db, 'CREATE TABLE target (id int, output tensor1d)');	# no key: a row could come twice
my %stopped = (KILL => 0, terminate => 0, cancel => 0);
my $unsound = 0;
my $furthest = 0;

foreach my $moment (1 .. 50)
{
	my $how = $moment % 5 == 0 ? 'KILL' : $moment % 2 ? 'terminate' : 'cancel';
	my $session = session($db);
	my $pid = $session->backend;

	$session->query('SET conv1d.progress_interval = -1; SET synchronous_commit = ' . ($moment % 3 ? 'on' : 'off'));
	$session->send(sprintf $call, (1, 1, 2, 5)[ rand 4 ]);	# small ones, so that there are rows left for all moments
	sleep rand 0.08;
	if ($how eq 'KILL')
	{
		kill 'KILL', $pid;
	}
	else
	{
		rows($db, "SELECT pg_${how}_backend($pid)");
	}
	my $text = eval { $session->receive };
	$stopped{$how}++ if !defined $text || $text =~ /57014|57P01/;
	$session->quit if defined $text;
	answering();

	# As far as the record says, and no further; the transaction that was stopped may still be ending.
	my ($rows, $distinct, $largest, $done, $last) = split /\|/, rows($db, 'SELECT count(*), count(DISTINCT id), max(id), (SELECT sum(rows_done) FROM target_progress), (SELECT max(last_key) FROM target_progress) FROM target')
	  if rows($db, q{SELECT to_regclass('target_progress') IS NOT NULL}) eq 't';
	next unless $rows;
	$unsound++ if $rows != $distinct || $rows != $done || $largest != $last;
	$furthest = $rows;
}
is($unsound, 0, 'after each of 50 stops the target holds the rows that are recorded, each once');
cmp_ok($stopped{$_}, '>=', 8, "$stopped{$_} of them by $_") for sort keys %stopped;
cmp_ok($furthest, '>', 1000, "$furthest rows were written on the way");
cmp_ok($furthest, '<', 200000, '... which is not all of them');
rows($db, sprintf $call, 0);
is(rows($db, 'SELECT count(*), count(DISTINCT id), count(output) FROM target'), '200000|200000|198000', 'then it ends complete');
is(differences('target'), '0', '... each row with the bits of predict');
is(rows($db, 'SELECT rows_done, last_key, finished IS NOT NULL, pid IS NULL FROM target_progress'), '200000|200000|t|t', '... and says so');
# The comparison notices a row that is missing, doubled or another.
rows($db, q{UPDATE target SET output = '[[1,2,3],[4,5,6],[7,8,9]]' WHERE id = 1; DELETE FROM target WHERE id = 2; INSERT INTO target VALUES (0, NULL)});
is(differences('target'), '3', 'a row that is lost, invented or wrong would be seen');

#
# One session a job; the others can watch it
#

my $worker = session($db);
my $other = session($db);
my $slow = q{CALL predict_table(model('deep'), 'slow', 'slow_out', batch_size => 10)};
$worker->query(q{SET application_name = 'my "app"'; SET conv1d.progress_interval = '200ms'});
$worker->send($slow);
sleep 0.2 until rows($db, q{SELECT to_regclass('slow_out_progress') IS NOT NULL}) eq 't' && rows($db, q{SELECT coalesce(sum(rows_done), 0) > 0 FROM slow_out_progress}) eq 't';
like($other->query($slow), qr/ERROR:  55006: job "public.slow_out" is running in another session.*HINT:  Watch it with SELECT \* FROM public.slow_out_progress/s, 'a second session is refused the same job');
unlike($other->query(q{CALL predict_table(model('small'), 'slow', 'slow_out2', batch_size => 5000)}), qr/ERROR/, '... but not another one');
like(rows($db, 'SELECT application_name FROM pg_stat_activity WHERE pid = ' . $worker->backend), qr/^predict_table \d+ % of public.slow_out$/, 'it is seen in pg_stat_activity');
my ($pid, $first) = split /\|/, rows($db, 'SELECT pid, rows_done FROM slow_out_progress');
is($pid, $worker->backend, '... and in its progress table');
sleep 0.3;
cmp_ok(rows($db, 'SELECT rows_done FROM slow_out_progress'), '>', $first, '... moving on');
is(rows($db, 'SELECT count(*) = rows_done FROM slow_out, slow_out_progress GROUP BY rows_done'), 't', '... with as many rows for others to use');
sleep 0.5;
my $start = time;
rows('postgres', 'SELECT pg_cancel_backend(' . $worker->backend . ')');
my $text = $worker->receive;
my $took = time - $start;
like($text, qr/ERROR:  57014:.*CONTEXT:  .*job "public.slow_out" of predict_table, which has \d+ rows committed and can be called again/s, 'cancelled, it says that nothing is lost');
cmp_ok($took, '<=', $soon, '... at once');
like($text, qr/NOTICE:  .*predict_table: \d+ of about 20000 rows \(\d+ %\), \d+ rows\/s, \d+:\d\d:\d\d left/, 'it has told how far it is');
is(rows($db, 'SELECT application_name FROM pg_stat_activity WHERE pid = ' . $worker->backend), 'my "app"', 'the application has its name again');
is(rows($db, q{SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'}), '0', '... and the job is free');
is(rows($db, 'SELECT count(*) = rows_done FROM slow_out, slow_out_progress GROUP BY rows_done'), 't', '... where it is on record');

$start = time;
like($worker->query("SET statement_timeout = '300ms'; $slow"), qr/NOTICE:  .*goes on after id = \d+, \d+ rows done.*ERROR:  57014:/s, 'statement_timeout ends it');
cmp_ok(time - $start, '<=', 0.3 + 2 * $soon, '... in time');
$worker->query('RESET statement_timeout');
my $written = rows($db, 'SELECT count(*) FROM slow_out');
is(rows($db, 'SELECT rows_done FROM slow_out_progress'), $written, '... and nothing is lost');
is(rows($db, "SELECT count(*) FROM slow_out JOIN slow USING (id) WHERE id > $written - 100 AND tensor1d_send(output) IS NOT DISTINCT FROM tensor1d_send(predict(model('deep'), x))"), '100', '... nor wrong');

# A batch that takes long is cancelled within.
$other->send(q{CALL predict_table(model('deep'), 'slow', 'slow_out3', batch_size => 20000)});
sleep 1;
$start = time;
rows('postgres', 'SELECT pg_cancel_backend(' . $other->backend . ')');
like($other->receive, qr/ERROR:  57014:/, 'a long batch is cancelled');
cmp_ok(time - $start, '<=', $soon, '... in time');
is(rows($db, 'SELECT count(*) FROM slow_out3'), '0', '... with nothing of it kept');

#
# What others do meanwhile
#

# The model's row is updated, deleted, vacuumed away: the job has its own copy.
$other->send(q{CALL predict_table(model_from_query('SELECT model FROM model WHERE name = ''deep'''), 'slow', 'slow_out4', batch_size => 10)});
sleep 0.2 until rows($db, q{SELECT to_regclass('slow_out4') IS NOT NULL}) eq 't' && rows($db, 'SELECT count(*) > 20 FROM slow_out4') eq 't';
rows($db, q{CREATE TABLE kept AS SELECT * FROM model WHERE name = 'deep'; UPDATE model SET model = model('small') WHERE name = 'deep'});
rows($db, 'VACUUM model');
my $seen = rows($db, 'SELECT count(*) FROM slow_out4');
sleep 0.1 until rows($db, "SELECT count(*) > $seen + 20 FROM slow_out4") eq 't';

# The source gets a column, a row behind the last key and one before it; then a key of another type.
rows($db, q{ALTER TABLE slow ADD remark text; INSERT INTO slow VALUES (-1, '[[1]]', 'too late'), (20001, '[[2]]', 'in time')});
$seen = rows($db, 'SELECT count(*) FROM slow_out4');
sleep 0.1 until rows($db, "SELECT count(*) > $seen + 20 FROM slow_out4") eq 't';
rows($db, 'ALTER TABLE slow ALTER id TYPE bigint');
like($other->receive, qr/ERROR:  55000: table public.slow has changed while the job ran/, 'a key that changes its type stops the job');
rows($db, q{DELETE FROM model WHERE name = 'deep'; INSERT INTO model SELECT * FROM kept});
rows($db, q{DELETE FROM slow WHERE id BETWEEN 1000 AND 20000});
unlike($other->query(q{CALL predict_table(model('deep'), 'slow', 'slow_out4')}), qr/ERROR/, '... which goes on when it is called again');
is(rows($db, q{SELECT count(*), count(*) FILTER (WHERE tensor1d_send(output) = tensor1d_send(predict(model('deep'), x))) FROM slow JOIN slow_out4 USING (id) WHERE id > 0}), '1000|1000', '... with the model that it began with');
is(rows($db, 'SELECT count(*) FROM slow_out4 WHERE id = -1'), '0', '... and without a row before the last key');

# The target is dropped meanwhile.
$other->send(q{CALL predict_table(model('deep'), 'slow', 'slow_out5', batch_size => 1)});
sleep 0.1 until rows($db, q{SELECT to_regclass('slow_out5') IS NOT NULL}) eq 't' && rows($db, 'SELECT count(*) > 5 FROM slow_out5') eq 't';
rows($db, 'DROP TABLE slow_out5');
like($other->receive, qr/ERROR:  42P01:/, 'a target that is dropped stops the job');
like($other->query(q{CALL predict_table(model('deep'), 'slow', 'slow_out5', batch_size => 1)}), qr/ERROR:  55000: .*its target public.slow_out5 is empty/, '... which does not leave the first rows out');

# A constraint that is looked at when the batch commits.
rows($db, q{CREATE TABLE late (id int UNIQUE DEFERRABLE INITIALLY DEFERRED, output tensor1d); INSERT INTO late VALUES (150, NULL)});
my $late = q{CALL predict_table(model('small'), 'source', 'late', batch_size => 100)};
fails($db, $late, qr/ERROR:  23505:/, 'a constraint that fails at commit stops the job');
is(rows($db, 'SELECT count(*) FROM late'), '101', '... with the batches before it');
rows($db, "DELETE FROM late WHERE id = 150; DELETE FROM source WHERE id > 1000; $late");
is(differences('late'), '0', '... and it goes on when that is mended');

# At every isolation level, and below a procedure of the user's own.
foreach my $level ('repeatable read', 'serializable')
{
	(my $target = $level) =~ tr/ /_/;
	rows($db, "SET default_transaction_isolation = '$level'; CALL predict_table(model('small'), 'source', '$target', batch_size => 70)");
	is(differences($target), '0', "$level transactions");
}
rows($db, q{CREATE PROCEDURE nightly(n text) LANGUAGE plpgsql AS $$
BEGIN
	FOR i IN 1 .. 2 LOOP
		CALL predict_table(model(n), 'source', 'nightly' || i, batch_size => 90);
		COMMIT;
	END LOOP;
END $$});
rows($db, q{CALL nightly('small')});
is(differences('nightly1') + differences('nightly2'), 0, 'a procedure may call it more than once');

# Twenty thousand transactions take no more memory than one.
SKIP:
{
	skip 'no /proc here', 2 unless -r "/proc/$$/status";
	my $anonymous = sub {
		open my $file, '<', '/proc/' . $other->backend . '/status' or die $!;
		return (map { /^RssAnon:\s+(\d+)/ } <$file>)[0];
	};

	rows($db, q{INSERT INTO source SELECT i, '[[1],[2],[3]]' FROM generate_series(1001, 20000) i});
	$other->query(q{CALL predict_table(model('small'), 'source', 'many', batch_size => 50)});
	$other->query('TRUNCATE many, many_progress');
	my $before = $anonymous->();
	my $most = 0;
	$other->send(q{CALL predict_table(model('small'), 'source', 'many', batch_size => 1)});
	for (my $asked = 0; $asked < 5000 && rows($db, 'SELECT count(*) FROM many') < 19000; $asked++)
	{
		my $now = $anonymous->();
		$most = $now if $now > $most;
	}
	$other->receive;
	cmp_ok($most - $before, '<', 2048, 'twenty thousand transactions pile up nothing in memory');
	cmp_ok($anonymous->() - $before, '<', 2048, '... and leave nothing');
	is(differences('many'), '0', '... and every row is there');
}

done_testing();
