# test/tap/t/035_visibility.pl
#	  A session keeps plans of models it has seen, and still always uses the
#	  model that is visible: rows are updated, deleted, vacuumed away and
#	  inserted anew by other sessions between executions of one function.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../lib";
use Conv1dTest;
use Test::More;
use Time::HiRes qw(time);

my $db = database(extension => 1);

# A model is n times the sum of 30 numbers, large enough to be stored out of
# line, and stands beside its n.
rows($db, <<'SQL');
CREATE FUNCTION times(n real) RETURNS conv1d_model LANGUAGE sql IMMUTABLE AS
	$$SELECT model_agg('Dense', '{"units": 30, "use_bias": false}', ARRAY[tensor1d_fill('{30,30}', n)])$$;
CREATE TABLE model (name text PRIMARY KEY, n real, model conv1d_model);
INSERT INTO model VALUES ('m', 1, times(1));
CREATE FUNCTION ask() RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	RETURN (SELECT n || ' ' || element(predict(model, tensor1d_fill('{30}', 1)), 1) / 30 FROM model WHERE name = 'm');
END $$;
SQL
my $reader = session($db);
my $writer = session($db);
is($reader->query('SELECT ask()'), '1 1', 'the first model');

# replace(N): another session deletes the row, vacuums it away and inserts one.
sub replace
{
	my ($n) = @_;

	$writer->query("DELETE FROM model WHERE name = 'm'");
	$writer->query('VACUUM model');
	$writer->query("INSERT INTO model VALUES ('m', $n, times($n))");
	return;
}

my $stale = 0;
foreach my $n (2 .. 40)
{
	replace($n);
	$stale++ if $reader->query('SELECT ask()') ne "$n $n";
}
is($stale, 0, 'one cached function sees each of 39 models that took the place of another');

$stale = 0;
foreach my $n (41 .. 60)
{
	$writer->query("UPDATE model SET n = $n, model = times($n)");
	$stale++ if $reader->query('SELECT ask()') ne "$n $n";
	$writer->query($n % 5 == 0 ? 'VACUUM FULL model' : 'VACUUM model');
	$stale++ if $reader->query('SELECT ask()') ne "$n $n";
}
is($stale, 0, '... and each of 20 updates, vacuumed and rewritten');

# Within one transaction: read committed sees what is committed meanwhile,
# repeatable read does not.
$reader->query('BEGIN');
is($reader->query('SELECT ask()'), '60 60', 'read committed: the model');
$writer->query('UPDATE model SET n = 61, model = times(61)');
is($reader->query('SELECT ask()'), '61 61', '... that is committed now');
$reader->query('COMMIT');

$reader->query('BEGIN ISOLATION LEVEL REPEATABLE READ');
is($reader->query('SELECT ask()'), '61 61', 'repeatable read: the model');
replace(62);
is($reader->query('SELECT ask()'), '61 61', '... as it was, though it was deleted, vacuumed and replaced');
is($reader->query(q{UPDATE model SET name = name; SELECT ask()}) =~ /^ERROR:  40001:/ ? 1 : 0, 1, '... and cannot be updated');
$reader->query('ROLLBACK');
is($reader->query('SELECT ask()'), '62 62', '... until the transaction ends');

# A cursor goes on with its own model while the statement beside it has the new.
$reader->query('BEGIN');
$reader->query(q{DECLARE c CURSOR FOR SELECT n || ' ' || element(predict(model, tensor1d_fill('{30}', i)), 1) / i / 30 FROM generate_series(1, 3) i, model});
is($reader->query('FETCH c'), '62 62', 'a cursor: its model');
$writer->query('UPDATE model SET n = 63, model = times(63)');
is($reader->query('SELECT ask()'), '63 63', '... the new one beside it');
is($reader->query('FETCH c'), '62 62', '... its model still');
replace(64);
is($reader->query('SELECT ask()'), '64 64', '... the newest');
is($reader->query('FETCH c'), '62 62', '... its model to the end');
$reader->query('COMMIT');

# A prepared statement with a generic plan, and a savepoint that another
# session's vacuum follows.
$reader->query(q{SET plan_cache_mode = force_generic_plan; PREPARE p(real) AS SELECT n || ' ' || element(predict(model, tensor1d_fill('{30}', $1)), 1) / 30 FROM model});
is($reader->query('EXECUTE p(1)'), '64 64', 'a prepared statement');
replace(65);
is($reader->query('EXECUTE p(1)'), '65 65', '... has the new model');
$reader->query('BEGIN');
$reader->query('SAVEPOINT s');
$reader->query('UPDATE model SET n = 66, model = times(66)');
is($reader->query('EXECUTE p(1)'), '66 66', 'an update in a savepoint');
$reader->query('ROLLBACK TO s');
$writer->query('VACUUM model');
is($reader->query('EXECUTE p(1)'), '65 65', '... undone');
$reader->query('UPDATE model SET n = 67, model = times(67)');
is($reader->query('EXECUTE p(1)'), '67 67', '... and another in its place');
$reader->query('ROLLBACK');
is($reader->query('EXECUTE p(1)'), '65 65', '... undone');

# All at once, for a few seconds: two readers, a writer that updates, one that
# deletes and inserts, and vacuum.  n and the answer come from one row, so they
# agree, whichever row it was.
my @readers = map { session($db) } 1 .. 2;
my $loop = <<'SQL';
DO $$
DECLARE
	until timestamptz := clock_timestamp() + '4 s';
	row record;
	seen int := 0;
	wrong int := 0;
BEGIN
	WHILE clock_timestamp() < until LOOP
		FOR row IN SELECT n, element(predict(model, tensor1d_fill('{30}', 1)), 1) / 30 AS answer FROM model LOOP
			seen := seen + 1;
			wrong := wrong + (row.n <> row.answer)::int;
		END LOOP;
		COMMIT;
	END LOOP;
	PERFORM set_config('test.outcome', (seen > 100) || ' ' || wrong, false);
END $$
SQL
$_->send($loop) for @readers;
my $changer = session($db);
$changer->send(<<'SQL');
DO $$
DECLARE
	until timestamptz := clock_timestamp() + '4 s';
BEGIN
	FOR i IN 1 .. 1000000 LOOP
		EXIT WHEN clock_timestamp() > until;
		UPDATE model SET n = i % 1000, model = times(i % 1000) WHERE name = 'm';
		COMMIT;
		INSERT INTO model VALUES ('other', -(i % 1000), times(-(i % 1000)));
		COMMIT;
		DELETE FROM model WHERE name = 'other';
		COMMIT;
	END LOOP;
END $$
SQL
my $end = time + 4;
my $vacuums = 0;
while (time < $end)
{
	$writer->query('VACUUM model');
	$vacuums++;
}
$changer->receive;
$_->receive for @readers;
is($_->query("SELECT current_setting('test.outcome')"), 'true 0', 'a reader beside two writers and vacuum never gets an answer of another model') for @readers;
cmp_ok($vacuums, '>', 3, "$vacuums vacuums took part");

done_testing();
