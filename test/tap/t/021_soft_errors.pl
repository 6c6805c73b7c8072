# test/tap/t/021_soft_errors.pl
#	  Servers from 16 on may ask an input function whether it would raise.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../lib";
use Conv1dTest;
use Test::More;

my $database = database(extension => 1);
my $version = rows($database, 'SHOW server_version_num');

SKIP:
{
	skip 'this server only raises', 2 if $version < 160000;
	is(rows($database, <<'SQL'), "1|t\n2|f\n3|f\n4|f\n5|t\n6|f\n7|f\n8|t\n9|f\n10|t", 'what is valid, and what is not');
SELECT row_number() OVER (), pg_input_is_valid(value, type) FROM (VALUES
	('[1,2]', 'tensor1d(2)'), ('[1,2]', 'tensor1d(1)'), ('[1', 'tensor1d'), ('[1e39]', 'tensor1d'),
	('{"[1]","[2]"}', 'tensor1d[]'), ('{"[1]","[2"}', 'tensor1d[]'),
	('{"version": 1, "layers": [{"class_name": "LSTM"}]}', 'conv1d_model'),
	('{"version": 1, "layers": [{"class_name": "Flatten"}]}', 'conv1d_model'),
	('{"data_min_": [0', 'minmax_scaler'), ('{"data_min_": [0], "data_max_": [1]}', 'minmax_scaler')) v(value, type);
SQL
	is(
		rows($database, q{SELECT * FROM pg_input_error_info('[1', 'tensor1d')}),
		'malformed tensor1d literal: "[1"|Expected "," or "]", found the end of the literal.||22P02',
		'the same words as an error');
}
SKIP:
{
	skip 'COPY of this server does not go on', 1 if $version < 170000;
	is(rows($database, <<'SQL'), "1|[1,2]\n4|[3,4]", 'COPY goes on without the rows that are none');
CREATE TABLE series (id int, x tensor1d(2));
COPY series FROM stdin (ON_ERROR ignore);
1	[1,2]
2	[1,2
3	[1,2,3]
4	[3,4]
\.
SELECT * FROM series;
SQL
}
done_testing();
