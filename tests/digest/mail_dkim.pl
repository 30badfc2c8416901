# Verifies messages with Mail::DKIM, whose resolver is an object here: no network.
# Arguments: name=TXT value, each. Standard input: messages, each after a line with its length in bytes.
# Prints a line for each message: the overall result, then algorithm:result of each signature.
use strict;
use warnings;

package Zone;
use Net::DNS;

sub new { my ($class, %records) = @_; return bless {%records}, $class }
sub errorstring { return 'NXDOMAIN' }

sub send {
    my ($self, $name, $type) = @_;
    my $reply = Net::DNS::Packet->new($name, $type);
    my $value = $self->{ lc $name };
    $reply->header->rcode(defined $value && $type eq 'TXT' ? 'NOERROR' : 'NXDOMAIN');
    if (defined $value && $type eq 'TXT') {
        my @strings = $value =~ /(.{1,255})/gs;
        $reply->push(answer => Net::DNS::RR->new(name => $name, type => 'TXT', ttl => 60, txtdata => [@strings]));
    }
    return $reply;
}

package main;
use Mail::DKIM::Verifier;
use Mail::DKIM::DNS;

Mail::DKIM::DNS::resolver(Zone->new(map { split /=/, $_, 2 } @ARGV));
binmode STDIN;
while (defined(my $length = <STDIN>)) {
    read(STDIN, my $message, $length) == $length or die "a message is short\n";
    my $verifier = Mail::DKIM::Verifier->new;
    $verifier->PRINT($message);
    $verifier->CLOSE;
    print join(' ', $verifier->result, map { $_->algorithm . ':' . $_->result } $verifier->signatures), "\n";
}
