package smtp

import (
	"errors"
	"io"
	"time"

	"chancery/kit/errs"
	"chancery/kit/id"
	"chancery/mail"
	wire "chancery/wire/smtp"
)

// cmdData takes the message (RFC 5321 section 4.1.1.4).
func (x *session) cmdData(arg string) {
	switch {
	case arg != "":
		x.refuse(501, "5.5.4", "DATA has no parameters.")
		return
	case x.tx.chunks != nil:
		x.refuse(503, "5.5.1", "DATA cannot follow BDAT.") // RFC 3030 section 2
		return
	case !x.ready():
		return
	}
	x.reply(354, "", "Send the message; end with a line that is a lone dot.")
	if x.bw.Flush() != nil {
		x.quit = true
		return
	}
	x.deadline = time.Now().Add(x.srv.conf.MessageTime)
	data := wire.NewDataReader(x.br, x.srv.conf.MaxDataLine)
	held, err := x.take(data)
	// Whatever became of it, the dialogue goes on after the end of the data.
	if fault := data.Drain(); fault != nil {
		if !errors.Is(fault, wire.ErrBareLine) && !errors.Is(fault, wire.ErrLongLine) {
			x.hangUp(fault)
			x.quit = true
			return
		}
		err = fault
	}
	x.finish(held, err)
}

// ready says whether there is an envelope to send a message with.
func (x *session) ready() bool {
	switch {
	case !x.tx.open:
		x.refuse(503, "5.5.1", "Please say MAIL first.")
	case len(x.tx.rcpts)+len(x.tx.out) == 0:
		x.refuse(554, "5.5.1", "There is no valid recipient.")
	default:
		return true
	}
	return false
}

// finish answers the end of the message and forgets the envelope. Of a letter
// that is held it says so: what follows is not in the sender's hands.
func (x *session) finish(held bool, err error) {
	if err != nil {
		x.refuseError(atData, err)
	} else {
		x.commands, x.errors = 0, 0
		text := "The letter is stored."
		if held {
			text = "The letter is stored and waits for its review before it is delivered."
		}
		x.reply(250, "2.0.0", text)
	}
	x.reset()
}

// take reads the message and gives it to the mail room. It returns after the
// message is durable, or with nothing left behind; held says that the letter
// waits for its review.
func (x *session) take(src io.Reader) (held bool, err error) {
	ctx := x.srv.ctx
	src = &sizeLimit{r: src, left: x.maxMessage(), max: x.maxMessage()}
	trace := mail.Trace{
		From: x.tx.from, Helo: x.helo, Addr: x.addr, Protocol: x.protocol(), ID: id.Text('m', id.New()),
	}
	if x.tls != nil {
		trace.TLS = tlsText(x.tls.ConnectionState())
	}
	if x.kind != MX {
		held, err = x.srv.room.SubmitSMTP(ctx, x.subject, x.envelope(), trace, src)
		x.logTaken(trace, len(x.tx.out), err)
		return held, err
	}
	if len(x.tx.rcpts) == 1 {
		trace.For = x.tx.rcpts[0].Address
	}
	in := mail.Incoming{From: x.tx.from, Recipients: x.tx.rcpts, Ret: x.tx.mail.Ret, EnvID: x.tx.mail.EnvID, UTF8: x.tx.mail.UTF8}
	l, err := x.srv.room.SpoolOutside(ctx, in.Recipients[0].Account.Org, trace, src)
	if err != nil {
		return false, err
	}
	// RFC 5321 section 6.3: loops are found by counting Received fields.
	if l.Hops() > x.srv.conf.MaxReceived {
		l.Discard()
		return false, mail.ErrLoop
	}
	err = x.srv.room.Receive(ctx, in, l)
	x.logTaken(trace, len(in.Recipients), err)
	return false, err
}

// logTaken writes the line by which an operator finds a letter again: the id
// is in its Received field.
func (x *session) logTaken(t mail.Trace, recipients int, err error) {
	if err == nil {
		x.srv.log.Info("letter taken", "id", t.ID, "from", t.From, "recipients", recipients, "peer", x.addr, "port", x.kind)
	}
}

// sizeLimit fails with TooLarge beyond the announced size.
type sizeLimit struct {
	r         io.Reader
	left, max int64
}

func (l *sizeLimit) Read(p []byte) (int, error) {
	n, err := l.r.Read(p)
	if l.left -= int64(n); l.left < 0 {
		return 0, errs.E(errs.TooLarge, "A message can have %d bytes here.", l.max)
	}
	return n, err
}

func (x *session) envelope() mail.Envelope {
	e := mail.Envelope{From: x.tx.from, Rcpts: x.tx.out, Ret: x.tx.mail.Ret, EnvID: x.tx.mail.EnvID, UTF8: x.tx.mail.UTF8, HoldUntil: x.tx.mail.HoldUntil}
	if x.tx.mail.HoldFor > 0 {
		e.HoldUntil = x.srv.clock.Now().Add(x.tx.mail.HoldFor)
	}
	return e
}
