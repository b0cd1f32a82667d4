package smpp

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"
)

// Config is how a message centre is reached.
type Config struct {
	Address   string      // host:port
	TLS       *tls.Config // nil: plain TCP
	Bind      Bind
	From      Address       // who messages come from
	Timeout   time.Duration // for each answer; default 10 s
	Enquire   time.Duration // after what silence the line is tried; default 30 s
	Transmit  bool          // bind as a transmitter, without receipts
	OnReceipt func(Receipt) // nil: none are asked for; must return soon
}

// Client is a bound connection. It is safe for use by many at a time.
type Client struct {
	conf    Config
	conn    net.Conn
	done    chan struct{}
	writing sync.Mutex

	mu      sync.Mutex
	next    uint32
	part    byte
	waiting map[uint32]chan PDU
	heard   time.Time
	err     error
}

// maxWaiting is how many answers are waited for at a time.
const maxWaiting = 100

// ErrClosed is the cause where the connection has ended.
var ErrClosed = errors.New("the connection to the message centre has ended")

// Dial connects and binds. A Status as cause means that the message centre
// does not want us.
func Dial(ctx context.Context, conf Config) (*Client, error) {
	if conf.Timeout <= 0 {
		conf.Timeout = 10 * time.Second
	}
	if conf.Enquire <= 0 {
		conf.Enquire = 30 * time.Second
	}
	body, err := conf.Bind.encode()
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, conf.Timeout)
	defer cancel()
	var conn net.Conn
	if conf.TLS != nil {
		conn, err = (&tls.Dialer{Config: conf.TLS}).DialContext(ctx, "tcp", conf.Address)
	} else {
		conn, err = (&net.Dialer{}).DialContext(ctx, "tcp", conf.Address)
	}
	if err != nil {
		return nil, err
	}
	c := &Client{conf: conf, conn: conn, done: make(chan struct{}), waiting: map[uint32]chan PDU{}, heard: time.Now()}
	go c.read()
	how := BindTransceiver
	if conf.Transmit {
		how = BindTransmitter
	}
	p, err := c.ask(ctx, how, body)
	if err == nil && p.Status != 0 {
		err = p.Status
	}
	if err != nil {
		c.fail(err)
		return nil, err
	}
	go c.watch()
	return c, nil
}

// Done is closed when the connection has ended.
func (c *Client) Done() <-chan struct{} { return c.done }

// Submit sends a text to a number in E.164, in as many parts as it takes, and
// returns the message centre's names of them. The message centre throws it away after the
// validity, where that is not 0. A Status as cause is its answer; anything
// else leaves open whether it has the message.
func (c *Client) Submit(ctx context.Context, to, text string, validity time.Duration) (ids []string, err error) {
	c.mu.Lock()
	c.part++
	reference := c.part
	c.mu.Unlock()
	parts, err := Split(text, reference)
	if err != nil {
		return nil, err
	}
	for _, p := range parts {
		m := Message{Source: c.conf.From, Dest: International(to), Coding: p.Coding, Text: p.Data, Validity: relative(validity)}
		if p.Header {
			m.ESMClass = 0x40
		}
		if c.conf.OnReceipt != nil && !c.conf.Transmit {
			m.Registered = 1
		}
		body, err := m.encode()
		if err != nil {
			return ids, err
		}
		a, err := c.ask(ctx, SubmitSM, body)
		if err != nil {
			return ids, err
		}
		if a.Status != 0 {
			return ids, a.Status
		}
		id, err := parseID(a.Body)
		if err != nil {
			return ids, err
		}
		ids = append(ids, id)
	}
	return ids, nil
}

// relative writes a time from now on (section 7.1.1.2), up to 99 hours.
func relative(d time.Duration) string {
	if d <= 0 {
		return ""
	}
	d = min(d, 99*time.Hour)
	h := int(d.Hours())
	return fmt.Sprintf("0000%02d%02d%02d%02d000R", h/24, h%24, int(d.Minutes())%60, int(d.Seconds())%60)
}

// Close unbinds and ends the connection.
func (c *Client) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	_, err := c.ask(ctx, UnbindLink, nil)
	c.fail(ErrClosed)
	if errors.Is(err, ErrClosed) || errors.Is(err, context.DeadlineExceeded) {
		return nil // the other end was gone, or does not answer: either way it is over
	}
	return err
}

// ask sends a request and waits for its answer.
func (c *Client) ask(ctx context.Context, command Command, body []byte) (p PDU, err error) {
	c.mu.Lock()
	if len(c.waiting) >= maxWaiting {
		c.mu.Unlock()
		return p, statusThrottled
	}
	c.next = c.next%0x7fffffff + 1 // section 5.1.4: 1 to 0x7fffffff
	n := c.next
	back := make(chan PDU, 1)
	c.waiting[n] = back
	c.mu.Unlock()
	defer func() {
		c.mu.Lock()
		delete(c.waiting, n)
		c.mu.Unlock()
	}()
	ctx, cancel := context.WithTimeout(ctx, c.conf.Timeout)
	defer cancel()
	if err := c.write(PDU{Command: command, Sequence: n, Body: body}); err != nil {
		return p, err
	}
	select {
	case p = <-back:
		if p.Command != command|answer { // generic_nack: it could not read us
			if p.Status == 0 {
				p.Status = statusInvalidCommand
			}
			return p, p.Status
		}
		return p, nil
	case <-c.done:
		c.mu.Lock()
		defer c.mu.Unlock()
		return p, c.err
	case <-ctx.Done():
		return p, ctx.Err()
	}
}

func (c *Client) write(p PDU) error {
	c.writing.Lock()
	defer c.writing.Unlock()
	c.conn.SetWriteDeadline(time.Now().Add(c.conf.Timeout))
	_, err := c.conn.Write(p.Append(nil))
	if err != nil {
		c.fail(err)
	}
	return err
}

// fail ends the connection for a reason; the first one holds.
func (c *Client) fail(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.err == nil {
		c.err = errors.Join(ErrClosed, err)
		close(c.done)
		c.conn.Close()
	}
}

// read hears the message centre until the connection ends.
func (c *Client) read() {
	r := bufio.NewReader(c.conn)
	for {
		p, err := ReadPDU(r)
		if err == nil {
			err = c.hear(p)
		}
		if err != nil {
			c.fail(err)
			return
		}
	}
}

// hear takes one PDU of the message centre.
func (c *Client) hear(p PDU) error {
	c.mu.Lock()
	c.heard = time.Now()
	back := c.waiting[p.Sequence]
	c.mu.Unlock()
	switch {
	case p.Command&answer != 0:
		if back != nil {
			select {
			case back <- p:
			default: // a second answer to the same: the first one holds
			}
		}
		return nil
	case p.Command == EnquireLink:
		return c.write(PDU{Command: EnquireLink | answer, Sequence: p.Sequence})
	case p.Command == UnbindLink:
		if err := c.write(PDU{Command: UnbindLink | answer, Sequence: p.Sequence}); err != nil {
			return err
		}
		return errors.New("the message centre unbound")
	case p.Command == DeliverSM:
		return c.delivered(p)
	}
	return c.write(PDU{Command: GenericNack, Status: statusInvalidCommand, Sequence: p.Sequence})
}

// delivered takes a receipt. What people write to us is taken and forgotten:
// it would come again for ever if it were refused.
func (c *Client) delivered(p PDU) error {
	m, err := ParseMessage(p.Body)
	if err != nil {
		return err
	}
	if r, ok := ReceiptOf(m); ok && c.conf.OnReceipt != nil {
		c.conf.OnReceipt(r)
	}
	return c.write(PDU{Command: DeliverSM | answer, Sequence: p.Sequence, Body: []byte{0}})
}

// watch tries the line when it has been silent for long (section 4.11).
func (c *Client) watch() {
	tick := time.NewTicker(c.conf.Enquire)
	defer tick.Stop()
	for {
		select {
		case <-c.done:
			return
		case <-tick.C:
		}
		c.mu.Lock()
		silent := time.Since(c.heard)
		c.mu.Unlock()
		if silent < c.conf.Enquire {
			continue
		}
		if _, err := c.ask(context.Background(), EnquireLink, nil); err != nil {
			c.fail(err)
			return
		}
	}
}
