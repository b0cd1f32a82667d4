package smtp

import (
	"crypto/tls"
	"time"
)

// Config are the settings of the door. Zero values mean the documented default.
type Config struct {
	Hostname        string        // name in the greeting and in Received lines, default localhost
	MaxMessage      int64         // bytes, announced as SIZE; default 100 MiB
	MaxRecipients   int           // per message, default 1,000
	MaxCommandLine  int           // bytes, default 4,096 (RFC 5321 asks for 512 and what extensions add)
	MaxDataLine     int           // bytes of a line of the message, default 64 KiB; real mail has lines far over 998
	MaxReceived     int           // Received fields before a message counts as looping, default 50
	MaxCommands     int           // commands without an accepted message, default 3,000
	MaxErrors       int           // refused commands before the connection is closed, default 20
	Discovery       string        // where a program whose token is refused learns how to get another, default none
	MaxAuthFailures int           // wrong passwords before the connection is closed, default 3
	MaxConnections  int           // of one listener, default 2,000
	MaxPerAddress   int           // connections from one address, default 200
	CommandTime     time.Duration // wait for a command or the next bytes of a message, default 5 min
	MessageTime     time.Duration // for a whole message, default 30 min
	HandshakeTime   time.Duration // for TLS, default 30 s
	ProgramTLS      *tls.Config   // in place of the other for submission, where clients are asked for certificates; default the same
	PlaintextAuth   bool          // AUTH without TLS from loopback; for tests and for programs on the same machine
	FullIsFinal     bool          // a full mailbox answers 552 5.2.2 instead of 452 4.2.2
	MaxHold         time.Duration // announced FUTURERELEASE limit, default 30 days; the mail room has its own
}

func (c Config) withDefaults() Config {
	setInt := func(v *int, def int) {
		if *v == 0 {
			*v = def
		}
	}
	setTime := func(v *time.Duration, def time.Duration) {
		if *v == 0 {
			*v = def
		}
	}
	if c.Hostname == "" {
		c.Hostname = "localhost"
	}
	if c.MaxMessage == 0 {
		c.MaxMessage = 100 << 20
	}
	setInt(&c.MaxRecipients, 1000)
	setInt(&c.MaxCommandLine, 4096)
	setInt(&c.MaxDataLine, 64<<10)
	setInt(&c.MaxReceived, 50)
	setInt(&c.MaxCommands, 3000)
	setInt(&c.MaxErrors, 20)
	setInt(&c.MaxAuthFailures, 3)
	setInt(&c.MaxConnections, 2000)
	setInt(&c.MaxPerAddress, 200)
	setTime(&c.CommandTime, 5*time.Minute)
	setTime(&c.MessageTime, 30*time.Minute)
	setTime(&c.HandshakeTime, 30*time.Second)
	setTime(&c.MaxHold, 30*24*time.Hour)
	return c
}
