# test/tap/t/003_neighbours.pl
#	  Installing the extension changes no call that worked before.
#
# A function or operator of ours that shares its name with a built-in can make a
# call with untyped literals ambiguous.  So every shared name is called with
# them, before and after.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../lib";
use Conv1dTest;
use Test::More;

my $with = database(extension => 1);
my $without = database();

# Names of ours, with the numbers of arguments to try.
my @functions = split /\n/, rows($with, <<'SQL');
SELECT DISTINCT p.proname FROM pg_proc p JOIN pg_depend d ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'
JOIN pg_extension e ON e.oid = d.refobjid AND e.extname = 'conv1d'
WHERE p.prokind <> 'p' ORDER BY 1
SQL
my @operators = split /\n/, rows($with, <<'SQL');
SELECT DISTINCT o.oprname FROM pg_operator o JOIN pg_depend d ON d.classid = 'pg_operator'::regclass AND d.objid = o.oid AND d.deptype = 'e'
JOIN pg_extension e ON e.oid = d.refobjid AND e.extname = 'conv1d' ORDER BY 1
SQL
my @names = ('abs', 'tanh', 'concat', 'sum', 'avg', 'min', 'max', 'reverse', 'length', @functions);
my @literals = (q{'1'}, q{'-0.5'}, q{'a'}, q{'{1,2}'}, q{'[1,2]'}, 'NULL', '1', '1.5');
my @calls;

foreach my $name (@names)
{
	push @calls, map { ("$name($_)", "$name($_, $_)") } @literals;
}
foreach my $operator (@operators)
{
	foreach my $left (@literals)
	{
		push @calls, "$operator $left", map { "$left $operator $_" } @literals;
	}
}

# outcomes(DATABASE): each call with its value or error, from one session.
sub outcomes
{
	my ($database) = @_;
	my $sql = <<'SQL';
CREATE FUNCTION outcome(call text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	value text;
BEGIN
	EXECUTE format('SELECT (%s)::text || '' '' || pg_typeof(%1$s)', call) INTO value;
	RETURN coalesce(replace(value, E'\n', ' '), 'NULL');
EXCEPTION WHEN OTHERS THEN
	RETURN 'error';
END $$;
SQL
	$sql .= join '', map { my $call = $_; $call =~ s/'/''/g; "SELECT outcome('$call');\n" } @calls;
	return split /\n/, rows($database, $sql);
}

my @before = outcomes($without);
my @after = outcomes($with);
my @changed = map { "$calls[$_]: $before[$_] -> $after[$_]" }
	grep { $before[$_] ne 'error' && $before[$_] ne $after[$_] } 0 .. $#calls;

is(scalar @after, scalar @calls, 'every call has an outcome');
is(join("\n", @changed), '', 'a call that worked before gives what it gave before');
cmp_ok(scalar(grep { $_ ne 'error' } @before), '>', 50, 'enough of these calls worked before');

# The test can fail: this is what an overload does.
rows($without, q{CREATE FUNCTION public.abs(point) RETURNS point LANGUAGE sql IMMUTABLE AS 'SELECT $1'});
rows($without, 'DROP FUNCTION outcome');
@after = outcomes($without);
cmp_ok(scalar(grep { $before[$_] ne $after[$_] } 0 .. $#calls), '>', 0, 'an overload of abs() would have been noticed');

done_testing();
