# test/tap/t/002_dump.pl
#	  pg_dump and COPY give every value back, bit by bit, and every definition.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../lib";
use Conv1dTest;
use Test::More;

my $db = database(extension => 1);

rows($db, <<'SQL');
CREATE TABLE tensor (id int PRIMARY KEY, any_shape tensor1d, pairs tensor1d('*',2), series tensor1d(3,1), many tensor1d[]);
INSERT INTO tensor (id, any_shape) VALUES
	(1, '[0,-0,1e-45,-3.4028235e38,1.17549435e-38,0.1,16777216]'),
	(2, '[NaN,Infinity,-Infinity]'),
	(3, '[[[[1,2],[3,4]]],[[[5,6],[7,8]]]]'),
	(4, NULL);
INSERT INTO tensor (id, any_shape)
	SELECT 5, array_agg(sin(i) ORDER BY i)::real[]::tensor1d FROM generate_series(1, 100000) AS i;
INSERT INTO tensor (id, pairs, series, many) VALUES
	(6, '[[1,2],[3,4]]', '[[1],[2],[3]]', ARRAY['[1]', '[[1.5,NaN]]']::tensor1d[]);
CREATE INDEX ON tensor USING btree (series);
CREATE INDEX ON tensor USING hash (pairs);

CREATE TABLE scaler (id int PRIMARY KEY, scaler minmax_scaler);
INSERT INTO scaler
	SELECT 1, minmax_fit(v) FROM (VALUES ('[[0.1,-5],[0.3,1e30]]'::tensor1d)) AS v(v);
INSERT INTO scaler
	SELECT 2, minmax_fit(v, -1, 1, true) FROM (VALUES ('[[0.1],[1e-40]]'::tensor1d), ('[[NaN],[7]]')) AS v(v);

CREATE TABLE layer (position int PRIMARY KEY, class_name text, config jsonb, weights tensor1d[]);
INSERT INTO layer VALUES
	(1, 'Conv1D', '{"filters": 2, "kernel_size": 3, "padding": "same", "activation": "tanh"}',
		ARRAY['[[[0.1,-0.2]],[[0.3,0.4]],[[1e-10,-7]]]', '[0.5,0.25]']::tensor1d[]),
	(2, 'MaxPooling1D', '{"pool_size": 2}', '{}'),
	(3, 'Flatten', '{}', '{}');
CREATE TABLE model (name text PRIMARY KEY, model conv1d_model);
INSERT INTO model SELECT 'small', model_agg(class_name, config, weights ORDER BY position) FROM layer;
CREATE VIEW score AS SELECT name, predict(model, '[[1],[2],[3],[4]]') AS y FROM model;
CREATE TABLE derived (x tensor1d('*',1) CHECK (timesteps(x) < 10), y tensor1d GENERATED ALWAYS AS (x * 2) STORED);
INSERT INTO derived VALUES ('[[1],[2.5]]');
SQL

# The bytes that each type sends: equal only when every bit is.  An array is taken
# apart, because its own bytes have the number of our type in this database.
my $digest = <<'SQL';
SELECT 'tensor', id, md5(tensor1d_send(any_shape)), md5(tensor1d_send(pairs)), md5(tensor1d_send(series)),
	(SELECT md5(string_agg(tensor1d_send(t), '' ORDER BY n)) FROM unnest(many) WITH ORDINALITY AS u(t, n))
	FROM tensor ORDER BY id;
SELECT 'scaler', id, md5(minmax_scaler_send(scaler)) FROM scaler ORDER BY id;
SELECT 'layer', position,
	(SELECT md5(string_agg(tensor1d_send(t), '' ORDER BY n)) FROM unnest(weights) WITH ORDINALITY AS u(t, n))
	FROM layer ORDER BY position;
SELECT 'model', name, md5(conv1d_model_send(model)) FROM model;
SELECT 'score', name, md5(tensor1d_send(y)) FROM score;
SELECT 'derived', md5(tensor1d_send(x)), md5(tensor1d_send(y)) FROM derived;
SELECT attrelid::regclass, attname, format_type(atttypid, atttypmod) FROM pg_attribute
	WHERE attnum > 0 AND attrelid IN ('tensor'::regclass, 'derived'::regclass) ORDER BY attrelid::regclass::text, attnum;
SQL
my $original = rows($db, $digest);

like($original, qr/^tensor\|pairs\|tensor1d\('\*',2\)$/m, 'a type modifier is shown as it is written');

# dump(DATABASE, OPTION...): the dump, without what differs each time.
sub dump_of
{
	my ($database, @option) = @_;
	my ($out, $err, $status) = Conv1dTest::run([ 'pg_dump', @option, $database ]);

	die "pg_dump failed: $err" if $status;
	$out =~ s/^\\(un)?restrict .*\n//mg;
	return $out;
}

my $dump = dump_of($db);
my $plain = database();
rows($plain, $dump);
is(rows($plain, $digest), $original, 'a plain dump gives every value and type back');
is(dump_of($plain), $dump, 'a dump of what was restored is the same dump');

my $inserts = database();
rows($inserts, dump_of($db, '--inserts'));
is(rows($inserts, $digest), $original, 'so does a dump with INSERT');

my $custom = database();
my $file = "$dir/conv1d_$$.dump";
foreach my $command ([ 'pg_dump', '-Fc', '-f', $file, $db ], [ 'pg_restore', '-e', '-d', $custom, $file ])
{
	my (undef, $err, $status) = Conv1dTest::run($command);
	is($err . $status, '0', "$command->[0] of the custom format works");
}
unlink $file;
is(rows($custom, $digest), $original, 'so does a dump of the custom format');

# COPY in binary, through the client and back to where it came from: an array's
# bytes have the number of our type in this database.
foreach my $table ('tensor', 'scaler', 'layer', 'model')
{
	rows($db, "\\copy $table TO '$file' (FORMAT binary)");
	rows($db, "TRUNCATE $table");
	rows($db, "\\copy $table FROM '$file' (FORMAT binary)");
	unlink $file;
}
is(rows($db, $digest), $original, 'binary COPY gives every value back');

# The comparison can fail.
rows($plain, q{UPDATE tensor SET any_shape = '[0,0,1e-45,-3.4028235e38,1.17549435e-38,0.1,16777216]' WHERE id = 1});
isnt(rows($plain, $digest), $original, 'one sign of zero would have been noticed');

done_testing();
