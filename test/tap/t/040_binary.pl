# test/tap/t/040_binary.pl
#	  The binary forms of conv1d_model and minmax_scaler: COPY BINARY between two
#	  databases, and tens of thousands of spoilt messages, of which a good part
#	  carries the right fingerprint, so that all of the reader is reached.

use strict;
use warnings;

use Digest::SHA qw(sha256);
use FindBin;
use lib "$FindBin::RealBin/../lib";
use Conv1dTest;
use IO::Socket::UNIX;
use Test::More;

my $db = database(extension => 1);
my $other = database(extension => 1);

#
# Two databases
#

my $tables = <<'SQL';
CREATE TABLE model (name text PRIMARY KEY, model conv1d_model);
CREATE TABLE scaler (id int PRIMARY KEY, scaler minmax_scaler);
SQL
rows($_, $tables) for $db, $other;
rows($db, <<'SQL');
INSERT INTO model SELECT 'small', model_agg(class_name, config, weights ORDER BY i) FROM (VALUES
	(1, 'InputLayer', '{"batch_shape": [null, 8, 2], "name": "\u00b5-Volt"}'::jsonb, NULL::tensor1d[]),
	(2, 'MinMaxScaler', '{"data_min_": [-0.1, "NaN"], "data_max_": [1e-7, "NaN"]}', NULL),
	(3, 'Conv1D', '{"filters": 3, "kernel_size": [2], "use_bias": true, "activation": "relu"}', ARRAY['[[[1e-45,-0,NaN],[0,0,0]],[[inf,-inf,0.1],[1,2,3]]]', '[1,2,3]']::tensor1d[]),
	(4, 'MaxPooling1D', NULL, NULL), (5, 'Flatten', '{}', '{}'), (6, 'Dense', '{"units": 1, "use_bias": false}', ARRAY[tensor1d_fill('{9,1}', 0.5)])) t(i, class_name, config, weights);
INSERT INTO model SELECT 'wide', model_agg('Dense', '{"units": 300}', ARRAY[w, tensor1d_fill('{300}', 0.1)]) FROM (SELECT tensor1d_agg(ARRAY(SELECT sin(i * j)::real FROM generate_series(1, 300) j) ORDER BY i) AS w FROM generate_series(1, 300) i) t;
INSERT INTO model VALUES ('none', NULL);
INSERT INTO scaler SELECT i, minmax_fit(v, -i, i / 3.0, i % 2 = 0) FROM generate_series(1, 50) i, LATERAL (SELECT tensor1d_agg(ARRAY(SELECT CASE WHEN k % 7 = 6 THEN 'NaN' ELSE sin(i * j * k)::real END FROM generate_series(1, i) k) ORDER BY j) AS v FROM generate_series(1, 5) j) t GROUP BY i;
INSERT INTO scaler VALUES (0, NULL);
SQL

# The server writes and reads these files, so they lie where it may.
my $file = rows($db, "SELECT current_setting('data_directory') || '/binary_message'");
foreach my $table ('model', 'scaler')
{
	rows($db, "COPY $table TO '$file' (FORMAT binary)");
	rows($other, "COPY $table FROM '$file' (FORMAT binary)");
}
my $digest = <<'SQL';
SELECT name, md5(conv1d_model_send(model)) FROM model ORDER BY name;
SELECT id, md5(minmax_scaler_send(scaler)) FROM scaler ORDER BY id;
SELECT md5(tensor1d_send(predict(model, tensor1d_fill('{300}', 0.25)))) FROM model WHERE name = 'wide';
SQL
my $digested = rows($db, $digest);
is(rows($other, $digest), $digested, 'COPY BINARY brings every bit to another database');
is(scalar(split /\n/, $digested), 3 + 51 + 1, '... of models, scalers and answers');
is(rows($other, "SELECT count(*) FROM model a JOIN model b ON a.model = b.model"), '2', '... and models that are equal there');

#
# Messages as parameters of a prepared statement
#

my $socket = IO::Socket::UNIX->new("$ENV{PGHOST}/.s.PGSQL." . ($ENV{PGPORT} // 5432)) or die "no socket: $!";
binmode $socket;

# receive_message: type and contents of the server's next message.
sub receive_message
{
	my $size = read $socket, my $head, 5;
	die "the session was lost\n" unless defined $size && $size == 5;
	my ($type, $length) = unpack 'a N', $head;
	read $socket, my $body, $length - 4;
	return ($type, $body);
}

# wire(TYPE, CONTENTS): a message to the server.
sub wire { return pack('a N', $_[0], 4 + length $_[1]) . $_[1]; }

my $startup = pack('N', 196608) . join('', map { "$_\0" } 'user', $ENV{PGUSER} // 'postgres', 'database', $db, '');
print $socket pack('N', 4 + length $startup) . $startup;
$socket->flush;
while (1)
{
	my ($type, $body) = receive_message();
	die "could not log in: $body\n" if $type eq 'E' || $type eq 'R' && unpack('N', $body) != 0;
	last if $type eq 'Z';
}

# What is taken must be sent as it came, and come back the same from its text, a
# model from its rows too.  (Text has one NaN, so it is texts that are compared.)
print $socket wire('P', "scaler\0SELECT minmax_scaler_send(\$1::minmax_scaler), \$1::text::minmax_scaler::text = \$1::text\0\0\0");
print $socket wire('P', <<"SQL" . "\0\0\0");
model\0SELECT conv1d_model_send(\$1::conv1d_model), \$1::text::conv1d_model::text = \$1::text
	AND (SELECT model_agg(class_name, config, weights, inputs ORDER BY position) FROM model_layers(\$1)) = \$1
SQL

# ask(STATEMENT, MESSAGE...): how each message fares: its SQLSTATE, "good" or
# "changed".
sub ask
{
	my ($statement, @messages) = @_;
	my @outcomes;

	while (my @batch = splice @messages, 0, 100)		# few enough for the buffers between us
	{
		foreach my $message (@batch)
		{
			print $socket wire('B', "\0$statement\0" . pack('n n n N', 1, 1, 1, length $message) . $message . pack('n n', 1, 1))
				. wire('E', "\0\0\0\0\0") . wire('S', '');
		}
		$socket->flush;
		foreach my $message (@batch)
		{
			my $outcome = 'nothing';

			while (1)
			{
				my ($type, $body) = receive_message();

				$outcome = $body =~ /\0C([0-9A-Z]{5})\0/ ? $1 : 'no SQLSTATE' if $type eq 'E';
				if ($type eq 'D')
				{
					$outcome = substr($body, 2) eq pack('N', length $message) . $message . "\0\0\0\1\1" ? 'good' : 'changed';
				}
				last if $type eq 'Z';
			}
			push @outcomes, $outcome;
		}
	}
	return @outcomes;
}

# tally(OUTCOME...): each one with its number, for a message.
sub tally
{
	my %number;
	$number{$_}++ for @_;
	return join ', ', map { "$number{$_} $_" } sort keys %number;
}

# distinct(OUTCOME...): each one once.
sub distinct
{
	my %seen;
	return join ' ', sort grep { !$seen{$_}++ } @_;
}

my $state = 4711;

# random(N): 0 to N - 1, always the same sequence.
sub random
{
	$state = ($state * 1103515245 + 12345) % 2147483648;
	return ($state >> 12) % $_[0];
}

# spoilt(MESSAGE): with one to three bytes changed, at times cut or longer.
sub spoilt
{
	my ($message) = @_;

	substr($message, random(length $message), 1) = chr((0, 1, 2, 3, 4, 5, 6, 127, 128, 255)[ random(10) ]) for 0 .. random(3);
	$message = substr $message, 0, random(length $message) if random(9) == 0;
	$message .= substr $message, 0, 1 + random(9) if random(13) == 0;
	return $message;
}

my @seeds = map { pack 'H*', $_ } split /\n/, rows($db, "SELECT encode(minmax_scaler_send(scaler), 'hex') FROM scaler WHERE id IN (1, 2, 7) ORDER BY id");
is(distinct(ask('scaler', @seeds)), 'good', 'good scalers are taken');
is(distinct(map { my $seed = $_; ask('scaler', map { substr $seed, 0, $_ } 0 .. length($seed) - 1) } @seeds), '22P03', 'scalers cut after any byte are refused');
is(distinct(ask('scaler', map { $_ . "\0" } @seeds)), '22P03', '... and longer ones');
is(distinct(ask('scaler', map { my $seed = $_; substr($seed, 0, 1) = "\2"; $seed } @seeds)), '0A000', '... and those of a later version');
my @outcomes = ask('scaler', map { spoilt($seeds[ random(3) ]) } 1 .. 20000);
is(distinct(@outcomes), '0A000 22P03 good', 'spoilt scalers: ' . tally(@outcomes));

my $small = pack 'H*', rows($db, "SELECT encode(conv1d_model_send(model), 'hex') FROM model WHERE name = 'small'");
is(distinct(ask('model', $small)), 'good', 'a good model is taken');
is(distinct(ask('model', map { substr $small, 0, $_ } 0 .. length($small) - 1)), '22P03', 'one cut after any byte is refused');
is(distinct(ask('model', $small . "\0", $small . $small, $small . "\0\0\0\0")), '22P03', '... and a longer one');
@outcomes = ask('model', map { my $spoilt = $small; substr($spoilt, $_, 1) ^= "\1"; $spoilt } 0 .. length($small) - 1);
is((grep { $_ eq 'good' || $_ eq 'changed' || /^XX/ } @outcomes) + 0, 0, '... and one with any bit changed: ' . tally(@outcomes));

# sealed(MESSAGE): with the fingerprint of what it holds now.
sub sealed
{
	my ($message) = @_;

	return $message if length $message < 24;
	substr($message, 8, 16) = substr(sha256(substr $message, 24), 0, 16);
	return $message;
}
is(sealed($small), $small, 'the fingerprint is half a SHA-256 of what follows it');
is(distinct(ask('model', map { sealed(substr $small, 0, $_) } 0 .. length($small) - 1)), '22P03', 'one cut after any byte is refused, whatever its fingerprint says');
@outcomes = ask('model', map { sealed(spoilt($small)) } 1 .. 40000);
my %allowed = map { $_ => 1 } 'good', '22P03', '22021', '22023', '22000', '22003', '0A000', '54000';
is(join(' ', grep { !$allowed{$_} } split / /, distinct(@outcomes)), '', 'spoilt models with their own fingerprint: ' . tally(@outcomes));
cmp_ok((grep { $_ eq 'good' } @outcomes) + 0, '>', 100, 'some of them are models all the same, which come back from text and rows');

# Numbers that promise more than there is: each 4 bytes in turn, everywhere.
@outcomes = ask('model', map { my $at = 4 * $_; map { my $spoilt = $small; substr($spoilt, $at, 4) = pack 'V', $_; sealed($spoilt) } 0, 1, 2, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 0x10000, 0x4000000 } 0 .. length($small) / 4 - 1);
is(join(' ', grep { !$allowed{$_} } split / /, distinct(@outcomes)), '', 'every number set to extremes: ' . tally(@outcomes));
close $socket;
is(rows($db, "SELECT count(*) FROM model"), '3', 'the server lives on');

unlink $file;
done_testing();
