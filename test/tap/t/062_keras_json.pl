# test/tap/t/062_keras_json.pl
#	  Whole models as Keras 2 and 3 write them: check_layers has the names, shapes
#	  and numbers of weights that Keras has, and refuses what it does not support.

use strict;
use warnings;

use File::Spec;
use FindBin;
use lib "$FindBin::RealBin/../lib";
use Conv1dTest;
use Test::More;

my $file = File::Spec->catfile($FindBin::RealBin, '..', '..', 'conformance', 'keras_json.copy');
my $database = database(extension => 1);
my $lines = rows($database, <<"SQL");
CREATE TEMP TABLE written (id text, input_shape int[], model jsonb, layers jsonb, refused text);
\\copy written from '$file'
CREATE FUNCTION pg_temp.refusal(input int[], model jsonb) RETURNS text LANGUAGE plpgsql AS \$\$
BEGIN
	RETURN 'not refused: ' || (SELECT count(*) FROM check_layers(input, model));
EXCEPTION WHEN feature_not_supported THEN
	RETURN SQLERRM;
END \$\$;
SELECT id, layers IS NOT NULL, coalesce(refused, layers::text),
	CASE WHEN refused IS NOT NULL THEN pg_temp.refusal(input_shape, model) ELSE
		(SELECT jsonb_agg(jsonb_build_array(name, output_shape, params) ORDER BY position)::text
		 FROM check_layers(input_shape, model)) END,
	CASE WHEN refused IS NULL THEN
		(SELECT string_agg(problem, ' ') FROM check_layers(input_shape, model, (SELECT array_agg(n::int) FROM jsonb_array_elements_text(layers->-1->1) n))) END
FROM written ORDER BY id;
SQL
cmp_ok(scalar(split /\n/, $lines), '>=', 24, 'there are models of both versions');
foreach my $line (split /\n/, $lines)
{
	my ($id, $supported, $wanted, $got, $problems) = split /\|/, $line, 5;
	is($got, $wanted, "$id: " . ($supported eq 't' ? 'names, shapes and weights are those of Keras' : 'refused'));
	is($problems, '', "$id: no layer has a problem, and the model ends where it does in Keras") if $supported eq 't';
}
done_testing();
