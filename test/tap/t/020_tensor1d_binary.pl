# test/tap/t/020_tensor1d_binary.pl
#	  The binary form of tensor1d: refusals before allocation, 100,000 spoilt
#	  messages, COPY BINARY between two databases, a hash-partitioned table and
#	  a typmod column on the way; text that can be cancelled.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../lib";
use Conv1dTest;
use IO::Socket::UNIX;
use Test::More;

my $db = database(extension => 1);

# The server writes and reads these files, so they lie where it may.
my $file = rows($db, "SELECT current_setting('data_directory') || '/tensor1d_message'");
my $header = pack('a11 N N', "PGCOPY\n\377\r\n\0", 0, 0);

rows($db, <<"SQL");
CREATE TABLE message (x tensor1d);
CREATE TABLE narrow (x tensor1d(2,1));

-- put one binary field into a COPY file and read it into a table
CREATE FUNCTION receive(field bytea, target regclass) RETURNS void LANGUAGE plpgsql AS \$\$
DECLARE
	id oid;
BEGIN
	id := lo_from_bytea(0, '\\x@{[unpack 'H*', $header]}0001'::bytea || int4send(length(field)) || field || '\\xffff'::bytea);
	PERFORM lo_export(id, '$file');
	PERFORM lo_unlink(id);
	EXECUTE format('COPY %s FROM %L (FORMAT binary)', target, '$file');
END \$\$;
SQL

# message(VERSION, RANK, FLAGS, DIMENSIONS, ELEMENTS, MORE): hex of a message.
sub message
{
	my ($version, $rank, $flags, $dimensions, $elements, $more) = @_;

	return unpack('H*', pack('C C n N* ', $version, $rank, $flags, map { $_ & 0xFFFFFFFF } @$dimensions)
		. pack('f>*', @$elements) . ($more // ''));
}

sub refused
{
	my ($name, $sqlstate, @message) = @_;

	local $Test::Builder::Level = $Test::Builder::Level + 1;
	return fails($db, "SELECT receive('\\x" . message(@message) . "', 'message')", qr/ERROR:  $sqlstate:/, $name);
}

rows($db, "SELECT receive('\\x" . message(1, 2, 0, [2, 1], [1.5, -2]) . "', 'message')");
is(rows($db, 'SELECT x FROM message'), '[[1.5],[-2]]', 'a good message is received');

refused('version 0', '22P03', 0, 1, 0, [1], [1]);
refused('a newer version', '0A000', 2, 1, 0, [1], [1]);
refused('rank 0', '22P03', 1, 0, 0, [], []);
refused('rank 5', '22P03', 1, 5, 0, [1, 1, 1, 1, 1], [1]);
refused('rank 255', '22P03', 1, 255, 0, [1], [1]);
refused('a reserved flag', '22P03', 1, 1, 1, [1], [1]);
refused('the other reserved flags', '22P03', 1, 1, 0x8000, [1], [1]);
refused('a dimension of 0', '22P03', 1, 2, 0, [0, 1], []);
refused('a dimension of -1', '22P03', 1, 2, 0, [-1, 1], [1]);
refused('dimensions whose product wraps 32 bits', '54000', 1, 3, 0, [65536, 65536, 65536], [1]);
refused('dimensions whose product wraps 64 bits', '54000', 1, 3, 0, [2147483647, 2147483647, 2147483647], [1]);
refused('more elements promised than are there', '22P03', 1, 1, 0, [100_000_000], [1]);
refused('one element missing', '22P03', 1, 1, 0, [3], [1, 2]);
refused('one byte too many', '22P03', 1, 1, 0, [1], [1], "\0");
refused('one element too many', '22P03', 1, 1, 0, [1], [1, 2]);
fails($db, "SELECT receive('\\x" . substr(message(1, 2, 0, [2, 1], [1, 2]), 0, 2 * $_) . "', 'message')",
	qr/ERROR:  22P03:/, "cut after $_ bytes") for 0 .. 19;
fails($db, "SELECT receive('\\x" . message(1, 2, 0, [1, 2], [1, 2]) . "', 'narrow')",
	qr/ERROR:  22000:.*DETAIL:  The value has shape \(1,2\), the type requires \(2,1\)\./s, 'the required shape holds for COPY BINARY');

# Every bit arrives: NaNs with their payload, -0, denormals, infinities.
rows($db, 'TRUNCATE message');
my $bits = '7fc00000ffc000017f800001800000000000000100800000ff8000007f7fffff';
rows($db, "SELECT receive('\\x0101000000000008$bits', 'message')");
is(rows($db, 'SELECT tensor1d_send(x) FROM message'), "\\x0101000000000008$bits", 'every bit arrives');

# 100,000 messages with one to three bytes changed, some cut, some longer, sent
# as parameters of a prepared statement.  What is taken must come back the same.
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

my $startup = pack('N', 196608) . join('', map { "$_\0" } 'user', $ENV{PGUSER} // 'postgres', 'database', $db, '');
print $socket pack('N', 4 + length $startup) . $startup;
$socket->flush;
while (1)
{
	my ($type, $body) = receive_message();
	die "could not log in: $body\n" if $type eq 'E' || $type eq 'R' && unpack('N', $body) != 0;
	last if $type eq 'Z';
}

# wire(TYPE, CONTENTS): a message to the server.
sub wire { return pack('a N', $_[0], 4 + length $_[1]) . $_[1]; }

my @seeds = map { pack 'H*', $_ } '01010000000000023f80000040000000', '0102000000000002000000013f80000040000000',
	'01030000000000010000000200000001404000007fc00000', '010400000000000100000001000000010000000240400000ff800000';
my $state = 4711;

# random(N): 0 to N - 1, always the same sequence.
sub random
{
	$state = ($state * 1103515245 + 12345) % 2147483648;
	return ($state >> 12) % $_[0];
}

sub spoilt
{
	my $message = $seeds[random(4)];

	substr($message, random(length $message), 1) = chr((0, 1, 2, 3, 4, 5, 127, 128, 255)[ random(9) ]) for 0 .. random(3);
	$message = substr $message, 0, random(length $message) if random(7) == 0;
	$message .= substr $message, 0, 1 + random(5) if random(11) == 0;
	return $message;
}

my %outcome;
my $changed = 0;
print $socket wire('P', "s\0SELECT tensor1d_send(\$1::tensor1d)\0\0\0");
foreach my $batch (1 .. 1000)
{
	my @sent = map { spoilt() } 1 .. 100;		# few enough for the buffers between us

	foreach my $message (@sent)
	{
		print $socket wire('B', "\0s\0" . pack('n n n N', 1, 1, 1, length $message) . $message . pack('n n', 1, 1))
			. wire('E', "\0\0\0\0\0") . wire('S', '');
	}
	$socket->flush;
	foreach my $message (@sent)
	{
		while (1)
		{
			my ($type, $body) = receive_message();
			if ($type eq 'E')
			{
				$outcome{ $body =~ /\0C([0-9A-Z]{5})\0/ ? $1 : 'no SQLSTATE' }++;
			}
			elsif ($type eq 'D')
			{
				$outcome{good}++;
				$changed++ if substr($body, 6) ne $message;
			}
			last if $type eq 'Z';
		}
	}
}
close $socket;
is(join(' ', sort keys %outcome), '0A000 22P03 54000 good', '100,000 spoilt messages are refused by the book');
is($outcome{good} + $outcome{'22P03'} + $outcome{54000} + $outcome{'0A000'}, 100_000, 'all of them were answered');
is($changed, 0, 'what is taken is sent as it came');
cmp_ok($_, '>', 100, 'every outcome was seen') for values %outcome;

# COPY BINARY between two databases: a plain, a required-shape, a partitioned table.
my $other = database(extension => 1);
my $tables = <<'SQL';
CREATE TABLE plain (id int PRIMARY KEY, x tensor1d);
CREATE TABLE shaped (id int, x tensor1d('*',2) CHECK (NOT has_nan(x)), energy float8 GENERATED ALWAYS AS (mse(x, x * 0)) STORED);
CREATE INDEX ON shaped (x);
CREATE TABLE hashed (x tensor1d) PARTITION BY HASH (x);
CREATE TABLE hashed0 PARTITION OF hashed FOR VALUES WITH (MODULUS 3, REMAINDER 0);
CREATE TABLE hashed1 PARTITION OF hashed FOR VALUES WITH (MODULUS 3, REMAINDER 1);
CREATE TABLE hashed2 PARTITION OF hashed FOR VALUES WITH (MODULUS 3, REMAINDER 2);
SQL
rows($_, $tables) for $db, $other;
rows($db, <<'SQL');
INSERT INTO plain SELECT i, CASE WHEN i % 10 = 0 THEN '[NaN,-0,1e-45,Infinity]' ELSE ARRAY[[sin(i)], [cos(i)]]::tensor1d END FROM generate_series(1, 1000) i;
INSERT INTO plain VALUES (0, NULL), (-1, tensor1d_fill('{100000,2}', 0.1));
INSERT INTO shaped SELECT i, ARRAY[[i, sin(i)]]::real[]::tensor1d FROM generate_series(1, 1000) i;
INSERT INTO hashed SELECT ARRAY[i, -0.0]::real[]::tensor1d FROM generate_series(1, 1000) i;
SQL
foreach my $table ('plain', 'shaped (id, x)', 'hashed')
{
	my $from = $table =~ s/^(\w+) \((.*)\)/SELECT $2 FROM $1/r;

	$from = "SELECT * FROM $table" if $from eq $table;
	rows($db, "COPY ($from) TO '$file' (FORMAT binary)");
	rows($other, "COPY $table FROM '$file' (FORMAT binary)");
}
my $digest = <<'SQL';
SELECT md5(string_agg(coalesce(tensor1d_send(x), ''), '' ORDER BY id)) FROM plain;
SELECT md5(string_agg(tensor1d_send(x) || float8send(energy), '' ORDER BY id)) FROM shaped;
SELECT tableoid::regclass, md5(string_agg(tensor1d_send(x), '' ORDER BY x)) FROM hashed GROUP BY 1 ORDER BY 1;
SQL
my $digested = rows($db, $digest);
is(rows($other, $digest), $digested, 'COPY BINARY brings every bit to another database, and each row to its partition');

# pg_dump and restore of the same
my $third = database();
my ($dump, $dump_err, $dump_status) = Conv1dTest::run(['pg_dump', '-U', 'postgres', '-d', $db, '-t', 'plain', '-t', 'shaped', '-t', 'hashed*']);
is($dump_status, 0, 'pg_dump') or diag $dump_err;
rows($third, 'CREATE EXTENSION conv1d');
rows($third, $dump);
is(rows($third, $digest), $digested, 'so do dump and restore');
is(rows($third, "SELECT format_type(atttypid, atttypmod) FROM pg_attribute WHERE attrelid = 'shaped'::regclass AND attname = 'x'"),
	q{tensor1d('*',2)}, 'the required shape is kept');
fails($third, "INSERT INTO shaped VALUES (1, '[[1,NaN]]')", qr/ERROR:  23514:/, 'and the CHECK');

# A long text can be cancelled, in and out.
rows($db, 'CREATE UNLOGGED TABLE literal (t text); ALTER TABLE literal ALTER t SET STORAGE EXTERNAL');
rows($db, "INSERT INTO literal SELECT '[' || repeat('0.123456789012345678901,', 4000000) || '1]'");
fails($db, "SET statement_timeout = '500ms'; SELECT shape(t::tensor1d) FROM literal", qr/ERROR:  57014:/, 'a text of 96 MB can be cancelled');
fails($db, "SET statement_timeout = '500ms'; SELECT length(tensor1d_fill('{40000000}', 0.1)::text)", qr/ERROR:  57014:/, 'and one that is being written');
is(rows($db, q{SELECT '[1]'::tensor1d}), '[1]', 'the server lives on');

unlink $file;
done_testing();
