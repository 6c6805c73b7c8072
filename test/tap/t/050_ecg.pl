# test/tap/t/050_ecg.pl
#	  The ECG example: Keras's own output, and the whole demo.

use strict;
use warnings;

use File::Spec;
use FindBin;
use lib "$FindBin::RealBin/../lib";
use Conv1dTest;
use Test::More;

my $folder = File::Spec->rel2abs("$FindBin::RealBin/../../../examples/ecg");
my $database = database(extension => 1);

# Keras's output for 20 windows, on every instruction set of this machine.
rows($database, <<"SQL");
CREATE TABLE expected (position int, input tensor1d(256,1), output tensor1d(256,1));
CREATE TABLE layer (model text, position int, class_name text, config jsonb, weights tensor1d[]);
\\copy expected from '$folder/expected.copy'
\\copy layer from '$folder/autoencoder.copy'
CREATE TABLE model AS SELECT model_agg(class_name, config, weights ORDER BY position) AS m FROM layer;
SQL
# Before the module is loaded any value is taken, and forgotten with a warning when it comes.
foreach my $isa ('baseline', 'avx2', 'avx512', 'amx')
{
	my ($out, $err, $status) = psql($database, <<"SQL");
LOAD 'conv1d';
SET conv1d.isa = $isa;
SELECT count(*), max(max_abs_error(output, predict((SELECT m FROM model), input))) FROM expected;
SQL
SKIP:
	{
		skip "this processor has no $isa", 2 if $status && $err =~ /does not have the instruction set/;
		my ($count, $worst) = split /\|/, $out;
		is($count, 20, "$isa: 20 windows");
		cmp_ok($worst, '<=', 1e-5, "$isa: predict agrees with Keras to " . ($worst + 0));
	}
}

# The encoder and the decoder, put together again, are the whole.
is(
	rows($database, <<'SQL'),
SELECT bool_and(predict(submodel(m, 'decoder_1', 'reconstruction'), predict(submodel(m, 'signal', 'code'), input)) = predict(m, input))
FROM expected, model
SQL
	't',
	'decoder(encoder(x)) is the model');

# The demo as make demo runs it.
my $demo = database();
chdir $folder or die "$folder: $!\n";
my $text = `psql -X -q -v ON_ERROR_STOP=1 -P pager=off -U postgres -d $demo -f demo.sql 2>&1`;
is($?, 0, 'the demo runs to its end') or diag($text);
like($text, qr/ 13 \|\s+23987 \|\s+0 \| \{256,1\}/, 'the check finds 13 layers, 23987 weights, no problem');
like($text, qr/ 6735 \|/, 'every window is scored');
is(scalar(() = $text =~ /^ \d\d:\d\d\.\d{3} \|\s+0\.\d{3} \|.*[^\x00-\x7f]/mg), 10, 'ten windows with their pictures');
like($text, qr/^ 20:17\.311 \|\s+0\.485 /m, 'the electrode artefact comes first');
done_testing();
