# test/tap/lib/Conv1dTest.pm
#	  What the tests in Perl need: databases, psql, and a session that stays
#	  open.
#
# PostgreSQL's own modules for this are not in every distribution's packages;
# this one needs Perl's core and test/cluster.sh.  A test run alone, outside
# cluster.sh, restarts itself inside it.
package Conv1dTest;

use strict;
use warnings;

use Exporter 'import';
use File::Basename qw(dirname);
use File::Spec;
use File::Temp;
use IPC::Open3;
use Test::More;

our @EXPORT = qw(database psql rows fails session $dir);

# Temporary, of the cluster: for files of a test.
our $dir = $ENV{CONV1D_CLUSTER};

unless (defined $dir)
{
	my $cluster = File::Spec->rel2abs(dirname(__FILE__) . '/../../cluster.sh');

	exec $cluster, $^X, $0, @ARGV or die "could not run $cluster: $!\n";
}

my $databases = 0;

# database(OPTION => VALUE...): make an empty database and return its name.
# extension => 1 installs conv1d there, owner => role gives it away.
sub database
{
	my %option = @_;
	my $name = 'test_' . $$ . '_' . ++$databases;
	my $owner = $option{owner} // 'postgres';

	rows('postgres', qq{CREATE DATABASE $name OWNER "$owner"});
	rows($name, 'CREATE EXTENSION conv1d') if $option{extension};
	return $name;
}

# run(COMMAND, INPUT): run the list COMMAND and return what it wrote to stdout
# and to stderr, and its exit status.  Files, not pipes: neither can fill up.
sub run
{
	my ($command, $input) = @_;
	my ($in, $out, $err) = map { File::Temp->new } 1 .. 3;

	binmode $in, ':utf8';
	print $in $input // '';
	close $in;
	open my $from, '<', $in->filename or die $!;
	my $pid = open3('<&' . fileno($from), '>&' . fileno($out), '>&' . fileno($err), @$command);
	waitpid $pid, 0;
	my $status = $?;
	my @text;
	foreach my $file ($out, $err)
	{
		open my $handle, '<:utf8', $file->filename or die $!;
		local $/;
		push @text, <$handle> // '';
	}
	return (@text, $status);
}

# psql(DATABASE, SQL, OPTION => VALUE...): run SQL up to its first error; return
# stdout (unaligned, tuples only), stderr (with SQLSTATE) and the exit status.
# user => role runs it as that role.
sub psql
{
	my ($database, $sql, %option) = @_;

	return run(
		[
			'psql', '-X', '-q', '-A', '-t', '-v', 'ON_ERROR_STOP=1', '-v', 'VERBOSITY=verbose',
			'-U', $option{user} // 'postgres', '-d', $database
		],
		$sql);
}

# rows(DATABASE, SQL, ...): the same where nothing may go wrong; the output
# without its last newline.
sub rows
{
	my ($out, $err, $status) = psql(@_);

	die 'psql failed on: ' . substr($_[1], 0, 500) . "\n$err" if $status;
	chomp $out;
	return $out;
}

# fails(DATABASE, SQL, PATTERN, NAME): SQL raises an error that PATTERN matches,
# and the server lives on.
sub fails
{
	my ($database, $sql, $pattern, $name, %option) = @_;
	my (undef, $err, $status) = psql($database, $sql, %option);

	local $Test::Builder::Level = $Test::Builder::Level + 1;
	return fail("$name: no error") unless $status;
	return fail("$name: the session was lost: $err") if $status >> 8 != 3;
	return like($err, $pattern, $name);
}

# session(DATABASE, OPTION => VALUE...): a psql that stays open.
sub session
{
	return Conv1dTest::Session->new(@_);
}

package Conv1dTest::Session;

use strict;
use warnings;

use IPC::Open3;

sub new
{
	my ($class, $database, %option) = @_;
	my $pid = open3(
		my $in, my $out, undef,
		'psql', '-X', '-q', '-A', '-t', '-v', 'VERBOSITY=verbose',
		'-U', $option{user} // 'postgres', '-d', $database);

	binmode $_, ':utf8' for $in, $out;
	$in->autoflush(1);
	my $self = bless { pid => $pid, in => $in, out => $out, sent => 0 }, $class;
	$self->{backend} = $self->query('SELECT pg_backend_pid()');
	return $self;
}

# The process id of its server process.
sub backend { return $_[0]{backend}; }

# send: start SQL and do not wait for it.
sub send
{
	my ($self, $sql) = @_;
	my $in = $self->{in};

	$self->{sent}++;
	print $in "$sql;\n\\echo end of $self->{sent}\n";
	return;
}

# receive: what the SQL sent before has written, errors included, at its end.
sub receive
{
	my ($self) = @_;
	my $out = $self->{out};
	my $text = '';

	while (defined(my $line = <$out>))
	{
		if ($line eq "end of $self->{sent}\n")
		{
			chomp $text;
			return $text;
		}
		$text .= $line;
	}
	die "the session ended: $text\n";
}

sub query
{
	my ($self, $sql) = @_;

	$self->send($sql);
	return $self->receive;
}

sub quit
{
	my ($self) = @_;

	close $self->{in};
	waitpid $self->{pid}, 0;
	return $?;
}

1;
