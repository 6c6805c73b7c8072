# test/tap/t/060_conformance.pl
#	  Every vector of the real frameworks, through SQL: see test/conformance.
#
# A line for each kind of case and framework; a case that fails is named.

use strict;
use warnings;

use File::Spec;
use FindBin;
use lib "$FindBin::RealBin/../lib";
use Conv1dTest;
use Test::More;

my $folder = File::Spec->catdir($FindBin::RealBin, '..', '..', 'conformance');
my $harness = do
{
	open my $handle, '<', "$folder/conformance.sql" or die "conformance.sql: $!\n";
	local $/;
	<$handle>;
};

foreach my $file (sort glob "$folder/{keras,torch}.copy")
{
	my ($framework) = $file =~ m{(\w+)\.copy$};
	my $database = database(extension => 1);

	# A name that both frameworks have, alone in its model, can be either's.
	my $module = $framework eq 'torch' ? 'torch.nn' : 'keras.layers';
	my $qualify = <<"SQL";
UPDATE vector SET layers = jsonb_set(layers, '{0,class_name}', to_jsonb('$module.' || (layers->0->>'class_name')))
WHERE jsonb_array_length(layers) = 1 AND layers->0->>'class_name' IN
	('AlphaDropout', 'Dropout', 'ELU', 'Flatten', 'Identity', 'LeakyReLU', 'PReLU', 'ReLU', 'Softmax');

-- A model has one input.
DELETE FROM vector WHERE jsonb_array_length(inputs) > 1;

-- Not supported, and said so: the padding layers do it.
UPDATE vector SET refused = 'padding_mode of Conv1d'
WHERE layers::text ~ '"padding_mode": "(reflect|replicate|circular)"';
SQL
	my $lines = rows($database, <<"SQL");
$harness
\\copy vector from '$file'
$qualify
SELECT split_part(id, '-', 1), count(*),
	   coalesce(string_agg(id || ': ' || left(result, 200), E'\\x01' ORDER BY id) FILTER (WHERE result IS NOT NULL), '')
FROM vector v, pg_temp.run_case(v) AS result GROUP BY 1 ORDER BY 1;
SQL
	cmp_ok($lines, 'ne', '', "$framework: there are vectors");
	foreach my $line (split /\n/, $lines)
	{
		my ($kind, $count, $failures) = split /\|/, $line, 3;
		is(join("\n", split /\x01/, $failures), '', "$framework: $count cases of $kind");
	}
}
done_testing();
