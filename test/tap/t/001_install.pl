# test/tap/t/001_install.pl
#	  Who may install the extension and where, and what stands in the catalogs
#	  then.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../lib";
use Conv1dTest;
use Test::More;

rows('postgres', 'CREATE ROLE install_owner LOGIN; CREATE ROLE install_guest LOGIN');

# Trusted: whoever owns the database installs, uses and drops it.
my $db = database(owner => 'install_owner');
fails($db, 'CREATE EXTENSION conv1d', qr/42501/, 'a guest may not install it', user => 'install_guest');
is(rows($db, "CREATE EXTENSION conv1d; SELECT extversion FROM pg_extension WHERE extname = 'conv1d'", user => 'install_owner'),
	rows($db, "SELECT default_version FROM pg_available_extensions WHERE name = 'conv1d'"),
	"a database's owner installs it without being superuser");
is(rows($db, q{SELECT timesteps('[[1,2],[3,4]]'::tensor1d)}, user => 'install_guest'), '2', 'a guest uses it');
rows($db, 'DROP EXTENSION conv1d', user => 'install_owner');
pass('its owner drops it');
is(rows($db, q{SELECT count(*) FROM pg_type WHERE typname = 'tensor1d'}), '0', 'nothing is left behind');

# A superuser, and another schema.
$db = database(extension => 1);
rows($db, 'CREATE SCHEMA elsewhere; ALTER EXTENSION conv1d SET SCHEMA elsewhere');
is(rows($db, q{SELECT nspname FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE extname = 'conv1d'}),
	'elsewhere', 'it moves to another schema');
rows($db, 'DROP EXTENSION conv1d; CREATE EXTENSION conv1d SCHEMA elsewhere');

# Nothing in it may depend on finding itself along the search_path.
is(rows($db, <<'SQL'), "2\nt\n[[1,2],[3,4],[5,6]]", 'it works in another schema with an empty search_path');
SET search_path = '';
SELECT elsewhere.timesteps('[[1,2],[3,4]]'::elsewhere.tensor1d);
SELECT '[1,2]'::elsewhere.tensor1d(2) OPERATOR(elsewhere.=) ARRAY[1,2]::real[]::elsewhere.tensor1d;
SELECT elsewhere.tensor1d_agg(x ORDER BY x[1]) FROM (VALUES (ARRAY[1,2]::real[]), (ARRAY[5,6]), (ARRAY[3,4])) AS v(x);
SQL

# The members of the extension: what a user can name, with its comment.
rows($db, <<'SQL');
CREATE VIEW public.member AS
SELECT classid, objid, pg_describe_object(classid, objid, 0) AS name,
	obj_description(objid, classid::regclass::name) AS comment
FROM pg_depend
WHERE refclassid = 'pg_extension'::regclass AND deptype = 'e'
	AND refobjid = (SELECT oid FROM pg_extension WHERE extname = 'conv1d');
SQL

# An array type is made by the server, an operator family by its only class, a
# composite type's pg_class entry by the type.
is(rows($db, <<'SQL'), '', 'every function, aggregate, type, operator, operator class and cast has a comment');
SELECT name FROM public.member
WHERE coalesce(comment, '') = ''
	AND classid IN ('pg_proc'::regclass, 'pg_type'::regclass, 'pg_operator'::regclass, 'pg_opclass'::regclass, 'pg_cast'::regclass)
	AND NOT EXISTS (SELECT FROM pg_type t WHERE classid = 'pg_type'::regclass AND t.oid = objid AND t.typcategory = 'A')
ORDER BY name;
SQL

# A procedure or a trigger exists for its effects; a function of ours has none.
is(rows($db, <<'SQL'), '', 'no function is volatile');
SELECT oid::regprocedure FROM pg_proc JOIN public.member ON classid = 'pg_proc'::regclass AND objid = oid
WHERE provolatile = 'v' AND prokind <> 'p' AND prorettype <> 'trigger'::regtype ORDER BY 1;
SQL

# Without arguments a function can only tell of its session, or is a trigger;
# one that runs a query of the user's is as unsafe as that may be.
is(rows($db, <<'SQL'), '', 'every function of values and every aggregate is safe in parallel workers');
SELECT oid::regprocedure FROM pg_proc JOIN public.member ON classid = 'pg_proc'::regclass AND objid = oid
WHERE proparallel <> (CASE WHEN 'query' = ANY(proargnames) THEN 'u' ELSE 's' END) AND prokind <> 'p' AND pronargs > 0 ORDER BY 1;
SQL
is(rows($db, <<'SQL'), '', 'no function runs as its owner, claims to be leakproof or changes settings');
SELECT oid::regprocedure FROM pg_proc JOIN public.member ON classid = 'pg_proc'::regclass AND objid = oid
WHERE prosecdef OR proleakproof OR proconfig IS NOT NULL ORDER BY 1;
SQL
is(rows($db, <<'SQL'), '', 'predict costs enough to be worth a parallel worker, and not so much that a few thousand rows are compiled');
SELECT oid::regprocedure FROM pg_proc JOIN public.member ON classid = 'pg_proc'::regclass AND objid = oid
WHERE proname = 'predict' AND procost NOT BETWEEN 500 AND 2000 ORDER BY 1;
SQL
is(rows($db, <<'SQL'), '', 'an operator has its commutator and negator on both sides');
SELECT o.oid::regoperator FROM pg_operator o JOIN public.member ON classid = 'pg_operator'::regclass AND objid = o.oid
LEFT JOIN pg_operator c ON c.oid = o.oprcom LEFT JOIN pg_operator n ON n.oid = o.oprnegate
WHERE c.oprcom <> o.oid OR n.oprnegate <> o.oid OR c.oprcode = 0 OR n.oprcode = 0 ORDER BY 1;
SQL
is(rows($db, 'SELECT count(*) > 40 FROM public.member'), 't', 'these rules had something to look at');

# amvalidate knows the rules of operator classes.
is(rows($db, <<'SQL'), '', 'operator classes are valid');
SELECT opcname FROM pg_opclass c JOIN public.member m ON m.objid = c.oid AND m.classid = 'pg_opclass'::regclass
WHERE CASE WHEN m.objid = c.oid THEN NOT amvalidate(c.oid) END;
SQL

rows($db, 'DROP EXTENSION conv1d CASCADE; CREATE EXTENSION conv1d');
pass('it can be dropped and installed again');

done_testing();
