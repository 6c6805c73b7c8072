# test/tap/lib/Conv1dServer.pm
#	  A server of a test's own, beside that of test/cluster.sh: with settings
#	  of its own, or an environment, or as the standby of another.
#
# What Conv1dTest offers works on it inside on(SERVER, CODE).
package Conv1dServer;

use strict;
use warnings;

use Conv1dTest;

my $port = $ENV{PGPORT};
my @servers;

# as_server(COMMAND...): run it as the account that owns the cluster.
sub as_server
{
	my @command = @_;
	my $owner = getpwuid((stat $dir)[4]);

	unshift @command, 'runuser', '-u', $owner, '--' if $> == 0 && $owner ne 'root';
	my $pid = fork // die "fork: $!";
	if ($pid == 0)
	{
		chdir '/';
		open STDIN, '<', '/dev/null';
		open STDOUT, '>', '/dev/null';
		open STDERR, '>&', \*STDOUT;
		exec @command or exit 127;
	}
	waitpid $pid, 0;
	return $? == 0;
}

# server(NAME, SETTINGS): a new one, not started; standby_of => SERVER makes it
# follow another that runs.
sub server
{
	my ($class, $name, $settings, %option) = @_;
	my $self = bless { name => $name, data => "$dir/$name", port => ++$port, environment => {} }, $class;

	if (my $primary = $option{standby_of})
	{
		as_server('pg_basebackup', '-h', $ENV{PGHOST}, '-p', $primary->{port}, '-U', 'postgres', '-D', $self->{data}, '-R', '-X', 'stream', '-c', 'fast', '--no-sync')
			or die "pg_basebackup failed\n";
	}
	else
	{
		as_server('env', 'LC_ALL=C', 'initdb', '-D', $self->{data}, '-U', 'postgres', '-A', 'trust', '--no-sync', '--no-locale', '--encoding=UTF8')
			or die "initdb failed\n";
	}
	$self->configure("listen_addresses = ''\nunix_socket_directories = '$ENV{PGHOST}'\nport = $self->{port}\nfsync = off\n" . ($settings // ''));
	push @servers, $self;
	return $self;
}

# configure(SETTINGS): lines more of its configuration file.
sub configure
{
	my ($self, $settings) = @_;

	open my $file, '>>', "$self->{data}/postgresql.conf" or die $!;
	print $file "$settings\n";
	close $file;
	return;
}

# start(VARIABLE => VALUE...): with these in its environment.
sub start
{
	my ($self, %environment) = @_;

	as_server('env', 'LC_ALL=C', (map { "$_=$environment{$_}" } sort keys %environment),
		'pg_ctl', '-D', $self->{data}, '-l', "$self->{data}/log", '-w', 'start')
		or die "server $self->{name} does not start:\n" . $self->log;
	$self->{running} = 1;
	return $self;
}

sub stop
{
	my ($self, $mode) = @_;

	as_server('pg_ctl', '-D', $self->{data}, '-m', $mode // 'fast', '-w', 'stop') if $self->{running};
	$self->{running} = 0;
	return;
}

sub log
{
	my ($self) = @_;

	local $/;
	open my $file, '<', "$self->{data}/log" or return '';
	return <$file>;
}

# The process id of its postmaster.
sub postmaster
{
	my ($self) = @_;

	open my $file, '<', "$self->{data}/postmaster.pid" or die $!;
	my $pid = <$file>;
	chomp $pid;
	return $pid;
}

# on(CODE): what it returns, with the server as the one that is meant.
sub on
{
	my ($self, $code) = @_;

	local $ENV{PGPORT} = $self->{port};
	return $code->();
}

END
{
	my $status = $?;

	$_->stop('immediate') foreach @servers;
	$? = $status;
}

1;
