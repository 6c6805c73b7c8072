# test/tap/t/061_sklearn.pl
#	  Every vector of scikit-learn's MinMaxScaler: state and both directions, bit
#	  for bit; see test/conformance.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../lib";
use Conv1dTest;
use Test::More;

my $file = "$FindBin::RealBin/../../conformance/sklearn.copy";
my $database = database(extension => 1);

rows($database, <<"SQL");
CREATE TABLE vector (id text PRIMARY KEY, feature_min float8, feature_max float8, clip boolean, batches jsonb,
	data_min float8[], data_max float8[], scale float8[], min float8[], n_samples_seen bigint,
	x text, transformed text, inverted text, refused_step text, refused text);
\\copy vector from '$file'
CREATE FUNCTION run_case(v vector) RETURNS text LANGUAGE plpgsql AS \$\$
DECLARE
	step text := 'fit';
	s minmax_scaler;
	j jsonb;
	got tensor1d;
BEGIN
	BEGIN
		SELECT minmax_fit(b::tensor1d, v.feature_min, v.feature_max, v.clip) INTO s
		FROM jsonb_array_elements_text(v.batches) AS b;
		step := 'transform';
		got := minmax_transform(s, v.x::tensor1d);
		IF v.refused IS NULL AND got <> v.transformed::tensor1d THEN
			RETURN format('transformed to %s, not to %s', got, v.transformed);
		END IF;
		step := 'inverse_transform';
		got := minmax_inverse_transform(s, v.x::tensor1d);
		IF v.refused IS NULL AND got <> v.inverted::tensor1d THEN
			RETURN format('scaled back to %s, not to %s', got, v.inverted);
		END IF;
		step := 'nothing';
	EXCEPTION WHEN data_exception OR invalid_parameter_value OR null_value_not_allowed THEN
		IF v.refused IS NOT NULL THEN
			RETURN NULL;
		END IF;
		RETURN format('%s: %s %s', step, SQLSTATE, SQLERRM);
	END;
	IF v.refused IS NOT NULL THEN
		RETURN format('refused %s instead of %s: %s', step, v.refused_step, v.refused);
	END IF;
	j := s::jsonb;
	IF (SELECT array_agg(e::float8) FROM jsonb_array_elements_text(j->'data_min_') e) IS DISTINCT FROM v.data_min
		OR (SELECT array_agg(e::float8) FROM jsonb_array_elements_text(j->'data_max_') e) IS DISTINCT FROM v.data_max
		OR (SELECT array_agg(e::float8) FROM jsonb_array_elements_text(j->'scale_') e) IS DISTINCT FROM v.scale
		OR (SELECT array_agg(e::float8) FROM jsonb_array_elements_text(j->'min_') e) IS DISTINCT FROM v.min
		OR (j->>'n_samples_seen_')::bigint <> v.n_samples_seen THEN
		RETURN format('state %s, not %s %s %s %s %s', j, v.data_min, v.data_max, v.scale, v.min, v.n_samples_seen);
	END IF;
	RETURN NULL;
END \$\$;
SQL

# Where we differ, and mean to: a batch of gaps alone tells nothing about a
# feature, where scikit-learn forgets what it knew; and any tensor whose last
# axis is as wide as the scaler can be scaled, infinities included.
my $different = join '|',
	'partial-fit-nan-batch', 'partial-fit-nan-batch-first',
	map { ("refuse-transform-$_", "refuse-inverse-$_") } 'infinity', 'minus-infinity', 'rank1', 'rank3';
my ($count, $held, $others, $failures) = split /\|/, rows($database, <<"SQL"), 4;
SELECT count(*), count(*) FILTER (WHERE result IS NULL), count(*) FILTER (WHERE result IS NOT NULL AND id ~ '^($different)\$'),
	   coalesce(string_agg(id || ': ' || left(result, 160), E'\x01') FILTER (WHERE result IS NOT NULL AND id !~ '^($different)\$'), '')
FROM vector v, run_case(v) AS result
SQL
cmp_ok($count, '>=', 100, "$count vectors");
is(join("\n", split /\x01/, $failures // ''), '', "$held of $count hold bit for bit");
is($others, 10, 'ten differ, as documented');
done_testing();
