package mail

import (
	"context"
	"crypto/x509"
	"errors"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/netip"
	"strings"
	"sync"
	"time"

	"chancery/kit/id"
	"chancery/mail/relay"
	"chancery/store"
	wire "chancery/wire/smtp"
)

// Resolver is the part of DNS that the queue needs; *net.Resolver with
// StrictErrors is one.
type Resolver interface {
	LookupMX(ctx context.Context, name string) ([]*net.MX, error)
	LookupNetIP(ctx context.Context, network, host string) ([]netip.Addr, error)
}

// Outbound are the settings of the queue. Zero values mean the documented default.
type Outbound struct {
	Routes       map[string]string // domain -> host:port, instead of MX; also for domains shared with another system
	Smarthost    string            // host:port that takes all mail without a route; "" = each domain's own servers
	SmarthostTLS string            // starttls (default), tls, none
	User         string            // to sign in with at the smarthost
	Password     string
	RootCAs      *x509.CertPool // for the smarthost's certificate; nil = the system's
	Resolver     Resolver       // nil = the machine's
	Port         int            // of other servers, default 25
	StepTime     time.Duration  // a server may take for one step, default 5 min

	Retry       []time.Duration // waits between tries, the last one again and again; default 1, 5, 15, 30 min, 1, 2, 4 h
	WarnAfter   time.Duration   // the sender is told of the delay, default 4 h
	GiveUpAfter time.Duration   // default 5 days (RFC 5321 section 4.5.4.1)
	Concurrency int             // connections in all, default 20
	PerDomain   int             // connections to one domain, default 3
	Batch       int             // letters taken in hand at once for a connection, default 100
	Lease       time.Duration   // after which another process takes the letters of one that died, default 5 min
}

func (o Outbound) withDefaults() Outbound {
	if o.Retry == nil {
		o.Retry = []time.Duration{time.Minute, 5 * time.Minute, 15 * time.Minute, 30 * time.Minute, time.Hour, 2 * time.Hour, 4 * time.Hour}
	}
	setTime := func(v *time.Duration, def time.Duration) {
		if *v == 0 {
			*v = def
		}
	}
	setInt := func(v *int, def int) {
		if *v == 0 {
			*v = def
		}
	}
	setTime(&o.WarnAfter, 4*time.Hour)
	setTime(&o.GiveUpAfter, 5*24*time.Hour)
	setTime(&o.Lease, 5*time.Minute)
	setTime(&o.StepTime, 5*time.Minute)
	setInt(&o.Concurrency, 20)
	setInt(&o.PerDomain, 3)
	setInt(&o.Batch, 100)
	return o
}

// queue is what the worker keeps in memory: nothing that a restart would miss.
type queue struct {
	relay *relay.Relay
	lease string // names this process in the rows it has in hand
	wake  chan struct{}
}

func newQueue(c Config, log *slog.Logger) *queue {
	o := c.Outbound
	var resolver relay.Resolver
	if o.Resolver != nil {
		resolver = o.Resolver
	}
	return &queue{
		lease: c.Hostname + " " + id.Token(5),
		wake:  make(chan struct{}, 1),
		relay: relay.New(relay.Config{
			Hostname: c.Hostname, Port: o.Port, Routes: o.Routes, Smarthost: o.Smarthost, SmarthostTLS: o.SmarthostTLS,
			User: o.User, Password: o.Password, RootCAs: o.RootCAs, Resolver: resolver, StepTime: o.StepTime, Log: log,
		}),
	}
}

// wakeQueue has the worker look at the queue now.
func (r *Room) wakeQueue() {
	select {
	case r.queue.wake <- struct{}{}:
	default:
	}
}

// Bounds of the worker's loop.
const (
	queueLook  = time.Minute     // it looks at least so often, for what other processes queue
	queueGrace = 5 * time.Second // for transfers under way when it is to stop

	maxDueDomains = 10_000 // of one look
)

// RunQueue sends what is due until ctx ends. One runs per process; several
// processes may share a database. After a crash of the only process, what it
// had in hand is free again when its lease has run out or ReleaseQueue is called.
func (r *Room) RunQueue(ctx context.Context) error {
	// Transfers under way may end after the word to stop.
	work, cut := context.WithCancel(context.WithoutCancel(ctx))
	defer cut()
	var wg sync.WaitGroup
	slots := newSlots(r.conf.Outbound)
	for ctx.Err() == nil {
		wait, err := r.startDue(ctx, work, slots, &wg)
		if err != nil && ctx.Err() == nil {
			r.log.Error("queue: cannot look for due letters", "err", err)
			wait = 5 * time.Second
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
		case <-r.queue.wake:
		case <-slots.freed:
		case <-timer.C:
		}
		timer.Stop()
	}
	timer := time.AfterFunc(queueGrace, cut)
	wg.Wait()
	timer.Stop()
	return r.db.Write(context.WithoutCancel(ctx), func(tx *store.Tx) error {
		return releaseLeases(context.WithoutCancel(ctx), tx, r.queue.lease)
	})
}

// ReleaseQueue frees what earlier processes had in hand. The only process of
// an installation calls it at its start, so that a crash costs no waiting.
func (r *Room) ReleaseQueue(ctx context.Context) error {
	return r.db.Write(ctx, func(tx *store.Tx) error { return releaseAllLeases(ctx, tx) })
}

// QueueLength returns the number of letters waiting, one per recipient.
func (r *Room) QueueLength(ctx context.Context) (n int64, err error) {
	err = r.db.Read(ctx, func(tx *store.Tx) (err error) {
		n, err = countQueue(ctx, tx)
		return err
	})
	return n, err
}

// slots count the connections in use.
type slots struct {
	mu     sync.Mutex
	total  int
	domain map[string]int
	conf   Outbound
	freed  chan struct{}
}

func newSlots(o Outbound) *slots {
	return &slots{domain: map[string]int{}, conf: o, freed: make(chan struct{}, 1)}
}

func (s *slots) take(domain string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.total >= s.conf.Concurrency || s.domain[domain] >= s.conf.PerDomain {
		return false
	}
	s.total++
	s.domain[domain]++
	return true
}

func (s *slots) give(domain string) {
	s.mu.Lock()
	s.total--
	if s.domain[domain]--; s.domain[domain] == 0 {
		delete(s.domain, domain)
	}
	s.mu.Unlock()
	select {
	case s.freed <- struct{}{}:
	default:
	}
}

// startDue starts a connection for each domain that something is due for and
// returns how long nothing else needs doing.
func (r *Room) startDue(ctx, work context.Context, slots *slots, wg *sync.WaitGroup) (time.Duration, error) {
	now := r.clock.Now().UnixMilli()
	var domains []string
	var next int64
	err := r.db.Read(ctx, func(tx *store.Tx) (err error) {
		domains, next, err = selectDueDomains(ctx, tx, now, maxDueDomains)
		return err
	})
	if err != nil {
		return 0, err
	}
	// In random order, so that no domain comes first every time.
	rand.Shuffle(len(domains), func(i, j int) { domains[i], domains[j] = domains[j], domains[i] })
	for _, domain := range domains {
		if !slots.take(domain) {
			continue
		}
		// Claimed here and not in the goroutine: the next look must not see
		// the same rows as due.
		rows, err := r.claim(ctx, domain, now)
		if err != nil || len(rows) == 0 {
			slots.give(domain)
			if err != nil {
				return 0, err
			}
			continue
		}
		wg.Go(func() {
			defer slots.give(domain)
			r.carry(ctx, work, domain, rows)
		})
	}
	wait := queueLook
	if next > 0 && next-now < wait.Milliseconds() { // what waits for a decision has no time
		wait = max(time.Duration(next-now)*time.Millisecond, 10*time.Millisecond)
	}
	return wait, nil
}

func (r *Room) claim(ctx context.Context, domain string, now int64) (rows []queueRow, err error) {
	until := now + r.conf.Outbound.Lease.Milliseconds()
	err = r.db.Write(ctx, func(tx *store.Tx) (err error) {
		rows, err = claimDue(ctx, tx, domain, r.queue.lease, now, until, r.conf.Outbound.Batch)
		return err
	})
	return rows, err
}

// carry sends rows of one domain, letter by letter, over one connection. stop
// ends it between two letters, ctx within one.
func (r *Room) carry(stop, ctx context.Context, domain string, rows []queueRow) {
	if domain == "" {
		r.carryHome(ctx, rows)
		return
	}
	var line *relay.Line
	defer func() {
		if line != nil {
			line.Quit()
		}
	}()
	hold := r.holdRows(ctx, rows)
	defer hold.end()
	var unreachable error
	for _, group := range byLetter(rows) {
		if stop.Err() != nil || !hold.firm() {
			return // the leases are given back, or run out
		}
		var results []outcome
		err := unreachable
		if line == nil && err == nil {
			if line, err = r.queue.relay.Open(ctx, domain); err != nil {
				unreachable = err // the same for the rest of the batch
			}
		}
		if err == nil {
			results, err = r.send(ctx, line, group)
			if err != nil {
				line.Close()
				line = nil
			}
		} else {
			results = refused(group, err)
		}
		if ctx.Err() != nil {
			return // cut off: what became of it is not known
		}
		if err != nil {
			r.log.Info("queue: no delivery", "domain", domain, "err", err)
		}
		r.record(ctx, group, results)
		hold.done(group)
	}
}

// byLetter groups rows that one message transfer can serve.
func byLetter(rows []queueRow) [][]queueRow {
	type key struct {
		org                 int64
		level               int
		hash                store.Hash
		sender, ret, envid  string
		utf8                bool
		account, submission int64
	}
	var order []key
	groups := map[key][]queueRow{}
	for _, q := range rows {
		k := key{q.org, int(q.blob.Scope.Level), q.blob.Hash, q.sender, q.ret, q.envid, q.utf8, q.account, q.submission}
		if groups[k] == nil {
			order = append(order, k)
		}
		groups[k] = append(groups[k], q)
	}
	out := make([][]queueRow, len(order))
	for i, k := range order {
		out[i] = groups[k]
	}
	return out
}

// outcome is what became of a row in one try.
type outcome struct {
	reply wire.Reply // code 0 never
	host  string     // who said it
	// silent says that the next server tells nobody of the success, so that
	// it is for us to do (RFC 3461 section 5.2.2).
	silent bool
}

// refused gives all rows the failure to reach their domain.
func refused(rows []queueRow, err error) []outcome {
	o := outcome{reply: wire.Reply{Code: 451, Enhanced: "4.4.0", Lines: []string{"The domain could not be reached."}}}
	var f *relay.Failure
	if errors.As(err, &f) {
		o.reply, o.host = f.Reply, f.Host
	}
	return every(rows, o)
}

func every(rows []queueRow, o outcome) []outcome {
	out := make([]outcome, len(rows))
	for i := range out {
		out[i] = o
	}
	return out
}

// send transfers one letter to its recipients in one domain. An error means
// that the connection is of no more use; the outcomes are there all the same.
func (r *Room) send(ctx context.Context, line *relay.Line, rows []queueRow) ([]outcome, error) {
	q := rows[0]
	local := func(code int, status, text string) []outcome {
		return every(rows, outcome{reply: wire.Reply{Code: code, Enhanced: status, Lines: []string{text}}, host: line.Host})
	}
	switch {
	case line.Size() > 0 && q.blob.Size > line.Size():
		return local(552, "5.3.4", "The letter is larger than the server takes."), nil
	case q.utf8 && !line.Has("SMTPUTF8"):
		return local(550, "5.6.7", "The server does not take addresses or headers in UTF-8."), nil // RFC 6531 section 3.2
	}
	blob, err := r.db.Open(ctx, q.blob.Scope, q.blob.Hash)
	if err != nil {
		r.log.Error("queue: a letter cannot be read", "hash", q.blob.Hash, "err", err)
		return local(451, "4.3.0", "The letter could not be read."), nil
	}
	defer blob.Close()
	m := wire.Outgoing{
		From: q.sender, Mail: wire.MailParams{Size: blob.Size(), Body: wire.Body8Bit, UTF8: q.utf8, Ret: q.ret, EnvID: q.envid},
		Bytes: withoutReturnPath(blob),
	}
	for _, row := range rows {
		m.To = append(m.To, row.rcpt)
		m.Rcpt = append(m.Rcpt, wire.RcptParams{Notify: row.notify, ORcpt: row.orcpt})
	}
	replies, err := line.Send(m)
	out := make([]outcome, len(rows))
	for i, reply := range replies {
		if reply.Code == 0 {
			reply = wire.Reply{Code: 451, Enhanced: "4.4.2", Lines: []string{"The connection was lost."}}
		}
		out[i] = outcome{reply: reply, host: line.Host, silent: !line.Has("DSN")}
	}
	return out, err
}

// withoutReturnPath reads a letter as it goes out: its first line, which is
// for the last server to write, is left out (RFC 5321 section 4.4).
func withoutReturnPath(b *store.Blob) io.Reader {
	head := make([]byte, 1200)
	n, _ := b.ReadAt(head, 0)
	skip := 0
	if text := string(head[:n]); strings.HasPrefix(text, "Return-Path:") {
		skip = strings.IndexByte(text, '\n') + 1
	}
	return io.NewSectionReader(b, int64(skip), b.Size()-int64(skip))
}
