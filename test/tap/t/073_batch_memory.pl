# test/tap/t/073_batch_memory.pl
#	  Memory of batches is used again: by the next batch, the next group, the next
#	  statement; by nobody else meanwhile; and given back at the end.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../lib";
use Conv1dTest;
use Test::More;

my $db = database();

# Rows that are stored out of line, as they are and compressed; a row in a line.
rows($db, <<'SQL');
CREATE EXTENSION conv1d;
CREATE TABLE model (name text PRIMARY KEY, model conv1d_model);
INSERT INTO model SELECT 'same', model_agg('ReLU', NULL, NULL);
INSERT INTO model SELECT 'fewer', model_agg('GlobalMaxPooling1D', NULL, NULL);
INSERT INTO model SELECT 'more', model_agg('UpSampling1D', '{"size": 8}', NULL);
CREATE TABLE large AS SELECT id, tensor1d_fill('{300000,1}', id) AS x FROM generate_series(1, 24) id;
CREATE TABLE packed (id int, x tensor1d);
ALTER TABLE packed ALTER x SET STORAGE EXTENDED, ALTER x SET COMPRESSION pglz;
INSERT INTO packed SELECT id, tensor1d_fill('{3000,1}', id) FROM generate_series(1, 300) id;
CREATE TABLE small AS SELECT id, tensor1d_fill('{30,1}', id) AS x FROM generate_series(1, 300) id;
CREATE FUNCTION digest(ys tensor1d[]) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
	$$SELECT md5(string_agg(md5(tensor1d_send(y)), ',' ORDER BY o)) FROM unnest(ys) WITH ORDINALITY u(y, o)$$;
ANALYZE;
SQL

# of_process(PID, WHAT): kB or a number out of /proc; undef where nothing tells.
sub of_process
{
	my ($pid, $what) = @_;

	if ($what eq 'faults')
	{
		open my $stat, '<', "/proc/$pid/stat" or return;
		return (split ' ', <$stat> =~ s/.*\) //sr)[7];
	}
	open my $status, '<', "/proc/$pid/status" or return;
	my %kB = map { /^(\w+):\s+(\d+) kB/ ? ($1, $2) : () } <$status>;
	return $kB{$what} - ($kB{RssShmem} // 0);
}

sub model { return "(SELECT model FROM model WHERE name = '$_[0]')"; }

# The bits of predict: from each kind of storage, of outputs larger, smaller and
# as large; groups one after the other and side by side; three models at once.
my $session = session($db);
foreach my $table ('large', 'packed', 'small')
{
	my $grouped = "(SELECT id, x, id % 5 AS g FROM $table ORDER BY id OFFSET 0) s GROUP BY g ORDER BY g";

	foreach my $name ('same', 'fewer', 'more')
	{
		my $model = model($name);
		my $right = $session->query("SELECT g, digest(array_agg(predict($model, x) ORDER BY id)) FROM $grouped");

		$session->query('SET enable_sort = on; SET enable_hashagg = off');
		is($session->query("SELECT g, digest(predict_agg($model, x ORDER BY id)) FROM $grouped"), $right, "$table, $name: groups one after the other");
		$session->query('SET enable_sort = off; SET enable_hashagg = on');
		is($session->query("SELECT g, (SELECT digest(array_agg(y ORDER BY y)) FROM unnest(ys) y) FROM (SELECT g, predict_agg($model, x) AS ys FROM $grouped) s"), $right, '... and side by side');
		is($session->query("SELECT g, digest(array_agg(y ORDER BY id)) FROM predict_query($model, 'SELECT id, id % 5, x FROM $table') AS q(id int, g int, y tensor1d) GROUP BY g ORDER BY g"), $right, '... and predict_query');
		$session->query('RESET ALL');
	}
	my @both = map { 'digest(%s' . model($_) . ', x%s ORDER BY id))' } 'same', 'fewer', 'more';
	is($session->query('SELECT ' . join(', ', map { sprintf $_, 'predict_agg(', '' } @both) . " FROM $table"),
		$session->query('SELECT ' . join(', ', map { sprintf $_, 'array_agg(predict(', ')' } @both) . " FROM $table"), "$table: three aggregates at once");
}

# An error in the middle of a group, within a transaction that goes on.
my $sum = q{SELECT sum(element(y, 1, 1)) FROM (SELECT predict_agg(} . model('same') . q{, x ORDER BY id) AS ys FROM large) s, unnest(ys) y};
$session->query(<<SQL);
CREATE FUNCTION pg_temp.after_errors() RETURNS text LANGUAGE plpgsql AS \$\$
DECLARE
	sums text := '';
BEGIN
	FOR i IN 1 .. 5 LOOP
		BEGIN
			PERFORM predict_agg(@{[model('same')]}, x) FROM large WHERE 1 / (id - 20) IS NOT NULL;
		EXCEPTION WHEN division_by_zero THEN
			sums := sums || ($sum) || ' ';
		END;
	END LOOP;
	RETURN sums;
END \$\$
SQL
is($session->query('SELECT pg_temp.after_errors()'), '300 300 300 300 300 ', 'after an error in the middle of a group the next one is right');

# Cursors whose groups are half read, and a statement between them.
my $groups = q{SELECT g, (SELECT sum(element(y, 1, 1)) FROM unnest(ys) y) FROM (SELECT id % 2 AS g, predict_agg(} . model('same') . q{, x) AS ys FROM large GROUP BY g) s};
is($session->query(<<SQL), "0|156\n0|156\n300\n1|144\n1|144", 'cursors take turns');
BEGIN;
SET LOCAL enable_hashagg = off;
DECLARE a CURSOR FOR $groups;
DECLARE b CURSOR FOR $groups;
FETCH a; FETCH b; $sum; FETCH a; FETCH b;
COMMIT;
SQL

SKIP:
{
	skip 'this system does not show memory', 10 unless defined of_process($$, 'faults');

	# What a group takes at its peak: its outputs once where the inputs are smaller,
	# no more than a batch where the outputs are.  A row is 32 kB or 128 kB.
	foreach my $case ([ 'more', '{1000,8}', 500, 122, 190 ], [ 'fewer', '{32000,1}', 2000, 0, 8 ])
	{
		my ($name, $shape, $rows, $least, $most) = @$case;
		my $one = session($db);
		my $sql = 'SELECT cardinality(predict_agg(' . model($name) . ", tensor1d_fill('$shape', i))) FROM generate_series(1, %d) i";

		$one->query('SET conv1d.threads = 1; ' . sprintf $sql, 2);
		my $before = of_process($one->backend, 'VmHWM');
		is($one->query(sprintf $sql, $rows), $rows, "$rows rows of $shape");
		my $peak = (of_process($one->backend, 'VmHWM') - $before) / 1024;
		cmp_ok($peak, '<', $most, sprintf '... take %.1f MB at their peak', $peak);
		cmp_ok($peak, '>=', $least, '... which this measure would have seen');
		$one->quit;
	}

	# Pages that a row touches first: 300 would be all of an input.
	foreach my $case (
		[ 'predict_agg', 'SELECT sum(cardinality(y)) FROM (SELECT predict_agg(' . model('same') . ', x) AS y FROM large, generate_series(1, 8) i GROUP BY i, id / 8) s' ],
		[ 'predict_query', 'SELECT count(*) FROM predict_query(' . model('fewer') . q{, 'SELECT x FROM large, generate_series(1, 8)') AS q(y tensor1d)} ])
	{
		my ($what, $sql) = @$case;
		my $one = session($db);

		$one->query($sql) foreach 1 .. 2;
		my $before = of_process($one->backend, 'faults');
		$one->query($sql);
		my $faults = (of_process($one->backend, 'faults') - $before) / (8 * 24);
		cmp_ok($faults, '<', 100, sprintf "$what: memory is used again, of a row's 300 pages %.1f are fresh", $faults);
		$one->quit;
	}

	# 100,000 batches, once more.
	foreach my $case (
		[ 'groups', 'SELECT sum(cardinality(y)) FROM (SELECT predict_agg(' . model('more') . q{, '[[1],[2]]') AS y FROM generate_series(1, 100000) i GROUP BY i) s} ],
		[ 'batches of a query', 'SELECT count(*) FROM predict_query(' . model('fewer') . q{, 'SELECT tensor1d_fill(ARRAY[1 + i % 100, 1], i) FROM generate_series(1, 100000) i', 1) AS q(y tensor1d)} ])
	{
		my ($what, $sql) = @$case;
		my $one = session($db);

		$one->query("SET enable_hashagg = off; $sql");
		my $before = of_process($one->backend, 'VmRSS');
		$one->query($sql);
		cmp_ok(of_process($one->backend, 'VmRSS') - $before, '<', 6000, "100,000 $what more do not leak 60 bytes each");
		$one->quit;
	}
}

done_testing();
