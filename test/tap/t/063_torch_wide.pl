# test/tap/t/063_torch_wide.pl
#	  Wide layers of torch, by every kernel of this machine: see
#	  test/conformance.
#
# Small vectors are computed directly.  These are wide and long enough for
# Winograd's way and for the matrix unit, and model_plan must say that they are
# what computes most of them.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../lib";
use Conv1dTest;
use Test::More;

my $file = "$FindBin::RealBin/../../conformance/torch_wide.copy";

# How far a number may be from that of float64, as a part of the largest; and
# the sum of all squares.  A product less of the matrix unit's six is too far.
my %bound = (winograd => 1e-5, split => 1e-6, direct => 2e-6, sum => 1e-6);
my $database = database(extension => 1);

# formula() is that of generate_torch_wide.py, but for the number of a tensor
# that is made wrong, by a hundredth of their range.
rows($database, <<"SQL");
CREATE TABLE vector (id text PRIMARY KEY, layers jsonb, weights jsonb, input jsonb, output_shape int[], every int,
	output tensor1d, largest float8, sum_of_squares float8, torch_error float8);
\\copy vector from '$file'

-- does what torch's layer does, but in one step with the convolution behind it
UPDATE vector SET layers = replace(layers::text, '{"scale_factor": 2}, "class_name": "Upsample"', '{"size": 2}, "class_name": "upsample1d"')::jsonb;

CREATE FUNCTION formula(spec jsonb) RETURNS tensor1d LANGUAGE sql IMMUTABLE AS \$\$
SELECT reshape(array_agg(value ORDER BY i)::tensor1d, VARIADIC shape)
FROM (SELECT ARRAY(SELECT jsonb_array_elements_text(spec->'shape')::int) AS shape, (spec->>'seed')::bigint AS seed, (spec->>'scale')::float8 AS scale,
		(spec->>'wrong')::int AS wrong, 2147483647 AS prime) AS s,
	generate_series(0, shape[1] * coalesce(shape[2], 1) * coalesce(shape[3], 1) - 1) AS i,
	LATERAL (SELECT (seed + 48271 * i::bigint) % prime AS h) AS a,
	LATERAL (SELECT (a.h * a.h + seed) % prime AS h) AS b,
	LATERAL (SELECT (b.h * b.h + seed) % prime AS h) AS c,
	LATERAL (SELECT ((2 * (c.h / 256) + 1 - 8388608) / 8388608.0::float8 + CASE WHEN i = wrong THEN 0.02 ELSE 0 END) * scale AS value) AS d
GROUP BY shape
\$\$;
CREATE FUNCTION model(v vector) RETURNS conv1d_model LANGUAGE sql AS \$\$
SELECT model_agg(layer->>'class_name', layer->'config',
				 ARRAY(SELECT formula(spec) FROM jsonb_array_elements(v.weights->(n - 1)::int) WITH ORDINALITY AS w(spec, m) ORDER BY m)
				 ORDER BY n)
FROM jsonb_array_elements(v.layers) WITH ORDINALITY AS l(layer, n)
\$\$;

-- how far a result is from that of float64, as a part of the largest number, and of the sum of squares
CREATE FUNCTION difference(v vector, got tensor1d, OUT worst float8, OUT of_sum float8) LANGUAGE sql AS \$\$
SELECT CASE WHEN shape(got) = v.output_shape THEN max(abs(g - w)) / v.largest ELSE 'Infinity' END, abs(sum(g * g) / v.sum_of_squares - 1)
FROM unnest(flatten(got)::float8[]) WITH ORDINALITY AS a(g, n)
	LEFT JOIN unnest(v.output::float8[]) WITH ORDINALITY AS b(w, m) ON n = (m - 1) * v.every + 1
\$\$;
CREATE TABLE model AS SELECT id, model(v) AS model, formula(input) AS x FROM vector v;
SQL

my ($vectors, $theirs) = split /\|/, rows($database, 'SELECT count(*), max(torch_error) FROM vector');
cmp_ok($vectors, '>=', 18, "$vectors vectors; float32 in torch itself is within $theirs of float64");

# Before the module is loaded any value is taken, and forgotten with a warning when it comes.
foreach my $isa ('baseline', 'avx2', 'avx512', 'amx')
{
	foreach my $winograd ('on', 'off')
	{
		my ($out, $err, $status) = psql($database, <<"SQL");
LOAD 'conv1d';
SET conv1d.isa = $isa;
SET conv1d.winograd = $winograd;
SELECT id, worst, of_sum, (SELECT string_agg(kernel, ', ' ORDER BY step) FROM model_plan(model, shape(x)))
FROM vector v JOIN model USING (id), difference(v, predict(model, x)) ORDER BY id;
SQL
	SKIP:
		{
			skip "this processor has no $isa", 4 if $status && $err =~ /does not have the instruction set/;
			my ($count, $worst, $failures) = (0, 0, '');
			my %ways = (winograd => 0, split => 0, folded => 0);
			foreach my $line (split /\n/, $out)
			{
				my ($id, $difference, $of_sum, $kernels) = split /\|/, $line;
				my ($way) = (grep({ $kernels =~ m{\b$_\b} } 'winograd', 'split'), 'direct');
				$count++;
				$worst = $difference if $difference > $worst;
				$failures .= "$id, by $kernels, differs by $difference, its sum of squares by $of_sum\n"
					unless $difference <= $bound{$way} && $of_sum <= $bound{sum};
				foreach my $way (keys %ways)
				{
					$ways{$way}++ if $kernels =~ /\b$way\b/;
				}
			}
			my $setting = "$isa, winograd $winograd";
			is($count, $vectors, "$setting: every vector runs") or diag($err);
			is($failures, '', "$setting: the worst is within " . sprintf('%.1e', $worst) . ' of float64');
			is($ways{folded}, 2, '... two over repeated steps that are never made');
			if ($isa eq 'amx')
			{
				cmp_ok($ways{split}, '>=', 12, "... $ways{split} by the matrix unit");
			}
			elsif ($winograd eq 'on')
			{
				cmp_ok($ways{winograd}, '>=', 10, "... $ways{winograd} by Winograd's way");
			}
			else
			{
				is("$ways{winograd} $ways{split}", '0 0', '... all of them directly');
			}
		}
	}
}

# One weight is wrong, the first of the first layer that has any.
is(
	rows($database, <<"SQL"),
UPDATE vector SET weights = jsonb_set(weights, ARRAY[(SELECT min(n) - 1 FROM jsonb_array_elements(weights) WITH ORDINALITY AS l(layer, n)
														 WHERE layer <> '[]')::text, '0', 'wrong'], '0');
SELECT count(*) FROM vector v JOIN model USING (id), difference(v, predict(model(v), x)) WHERE worst > $bound{winograd}
SQL
	$vectors,
	'one wrong weight is noticed in every vector');
done_testing();
