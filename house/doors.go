package house

import (
	"context"
	"crypto/tls"
	"errors"
	"io/fs"
	"log/slog"
	"net"
	"sync"
	"time"

	"chancery/directory/feed"
	httpdoor "chancery/doors/http"
	"chancery/doors/imap"
	"chancery/doors/ldap"
	"chancery/doors/pop"
	"chancery/doors/smtp"
	"chancery/kit/clock"
	"chancery/kit/errs"
	"chancery/web"
)

// shutdownTime is how long running requests may take after the word to stop;
// a caller that waits for the whole program is told 10 s.
const shutdownTime = 8 * time.Second

// Doors are the open network doors of a house.
type Doors struct {
	house   *House
	tls     *tls.Config
	http    *httpdoor.Door
	imap    *imap.Server
	ldap    *ldap.Server
	pop     *pop.Server
	smtp    *smtp.Server
	opened  []opened
	errs    chan error
	running sync.WaitGroup
}

// opened is a listening socket and what serves it.
type opened struct {
	name   string
	listen net.Listener
	serve  func(ctx context.Context, l net.Listener) error
}

// OpenDoors listens on every configured address. Nothing is answered until
// Run is called.
func (h *House) OpenDoors() (*Doors, error) {
	conf, err := h.conf.tlsConfig(h.dir)
	if err != nil {
		return nil, err
	}
	machines, err := h.conf.machines(h.dir, h.log.With("part", "devices"))
	if err != nil {
		return nil, err
	}
	h.machines = machines
	d := &Doors{house: h, tls: machines.Guard(conf), errs: make(chan error, 16)}
	if err := d.build(); err != nil {
		return nil, err
	}
	c := h.conf
	for _, door := range []struct {
		name, addr string
		serve      func(ctx context.Context, l net.Listener) error
	}{
		{"http", c.HTTP.Listen, func(ctx context.Context, l net.Listener) error { return d.http.Serve(ctx, l, nil) }},
		{"https", c.HTTP.ListenTLS, func(ctx context.Context, l net.Listener) error {
			return d.http.Serve(ctx, l, machines.Guard(httpdoor.Protocols(conf)))
		}},
		{"certificates", c.Certificates.Listen, func(ctx context.Context, l net.Listener) error { return h.serveCertificates(ctx, d.http, l, conf) }},
		{"smtp", c.SMTP.Listen, func(_ context.Context, l net.Listener) error { return d.smtp.Serve(l, smtp.MX) }},
		{"submission", c.SMTP.Submission, func(_ context.Context, l net.Listener) error { return d.smtp.Serve(l, smtp.Submission) }},
		{"submissions", c.SMTP.SubmissionTLS, func(_ context.Context, l net.Listener) error { return d.smtp.Serve(l, smtp.SubmissionTLS) }},
		{"imap", c.IMAP.Listen, func(_ context.Context, l net.Listener) error { return d.imap.Serve(l, false) }},
		{"imaps", c.IMAP.ListenTLS, func(_ context.Context, l net.Listener) error { return d.imap.Serve(l, true) }},
		{"pop", c.POP.Listen, func(ctx context.Context, l net.Listener) error { return d.pop.Serve(ctx, l, false) }},
		{"pops", c.POP.ListenTLS, func(ctx context.Context, l net.Listener) error { return d.pop.Serve(ctx, l, true) }},
		{"ldap", c.LDAP.Listen, func(ctx context.Context, l net.Listener) error { return d.ldap.Serve(ctx, l, false) }},
		{"ldaps", c.LDAP.ListenTLS, func(ctx context.Context, l net.Listener) error { return d.ldap.Serve(ctx, l, true) }},
	} {
		if err := d.open(door.name, door.addr, door.serve); err != nil {
			d.closeListeners()
			return nil, err
		}
	}
	return d, nil
}

func (d *Doors) build() error {
	h := d.house
	assets, err := fs.Sub(web.Files, "dist")
	if err != nil {
		return err
	}
	if d.http, err = h.httpDoor(assets); err != nil {
		return err
	}
	d.imap = imap.New(imap.Config{
		TLS: h.programTLS(d.tls), PlainOnLoopback: h.conf.IMAP.PlainLoopback, MaxAppend: int64(h.conf.Mail.MaxMessage),
		Discovery: h.conf.discovery(),
	}, h.Mail, imapNeeds{h}, h.log.With("door", "imap"))
	d.pop = pop.New(pop.Config{TLS: h.programTLS(d.tls), PlainOnLoopback: h.conf.POP.PlainLoopback, Discovery: h.conf.discovery()},
		h.Mail, popNeeds{imapNeeds{h}}, h.log.With("door", "pop"))
	d.ldap = ldap.New(ldap.Config{TLS: d.tls, PlainOnLoopback: h.conf.LDAP.PlainLoopback, MaxEntries: h.conf.LDAP.MaxEntries},
		ldapNeeds{imapNeeds{h}}, h.log.With("door", "ldap"))
	d.smtp = smtp.New(smtp.Config{
		Hostname: h.conf.Hostname, MaxMessage: int64(h.conf.Mail.MaxMessage), MaxRecipients: h.conf.SMTP.MaxRecipients,
		ProgramTLS: h.programTLS(d.tls), PlaintextAuth: h.conf.SMTP.PlainLoopback, Discovery: h.conf.discovery(),
	}, h.Mail, smtpNeeds{h}, d.tls, clock.System{}, h.log.With("door", "smtp"))
	return nil
}

func (d *Doors) open(name, addr string, serve func(context.Context, net.Listener) error) error {
	if addr == "" {
		return nil
	}
	l, err := net.Listen("tcp", addr)
	if errors.Is(err, fs.ErrPermission) {
		return errs.Wrap(errs.Unavailable, err, "cannot open the %s door at %s: ports below 1024 need the right CAP_NET_BIND_SERVICE", name, addr)
	}
	if err != nil {
		return errs.Wrap(errs.Unavailable, err, "cannot open the %s door at %s", name, addr)
	}
	d.opened = append(d.opened, opened{name, l, serve})
	return nil
}

// Addr returns where a door listens, "" when it is closed.
func (d *Doors) Addr(name string) string {
	for _, o := range d.opened {
		if o.name == name {
			return o.listen.Addr().String()
		}
	}
	return ""
}

// URL returns where the http or https door is reached, "" when it is closed.
func (d *Doors) URL(name string) string {
	if addr := d.Addr(name); addr != "" {
		return name + "://" + addr
	}
	return ""
}

// Run serves all doors and the rooms' own work until ctx ends or a door
// fails, then lets what is under way finish. ready is called once every door
// answers; its error ends the run.
func (d *Doors) Run(ctx context.Context, ready func() error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	for _, o := range d.opened {
		d.running.Go(func() {
			if err := o.serve(ctx, o.listen); err != nil && ctx.Err() == nil {
				d.errs <- errs.Wrap(errs.Unavailable, err, "the %s door failed", o.name)
			}
		})
		d.house.log.Info("door open", "door", o.name, "addr", o.listen.Addr().String())
	}
	d.running.Go(func() { d.house.work(ctx) })
	d.running.Go(func() { d.house.tend(ctx) })
	if d.house.has(partProvider) {
		d.running.Go(func() { d.house.SSO.RunGoodbyes(ctx) })
	}
	if d.house.has(partFeeds) {
		d.running.Go(func() { d.house.askDirectories(ctx) })
	}
	d.running.Go(func() { d.house.runRecord(ctx) })
	d.running.Go(func() {
		if err := d.house.Approvals.Run(ctx); err != nil && ctx.Err() == nil {
			d.errs <- err
		}
	})
	d.running.Go(func() { rest(ctx) })
	d.running.Go(func() { d.house.Mail.RunIndexer(ctx) })
	d.running.Go(func() {
		if err := d.house.Mail.RunLater(ctx); err != nil && ctx.Err() == nil {
			d.errs <- err
		}
	})
	d.running.Go(func() {
		if err := d.house.runQueue(ctx); err != nil && ctx.Err() == nil {
			d.errs <- err
		}
	})
	d.running.Go(func() {
		if err := d.house.jmap.Run(ctx); err != nil && ctx.Err() == nil {
			d.errs <- err
		}
	})
	err := ready()
	if err == nil {
		select {
		case <-ctx.Done():
		case err = <-d.errs:
		}
	}
	cancel()
	d.stop()
	last, end := context.WithTimeout(context.Background(), shutdownTime)
	defer end()
	d.house.signRecord(last)
	return err
}

// stop ends the doors that do not listen to the context, and waits.
func (d *Doors) stop() {
	last, cancel := context.WithTimeout(context.Background(), shutdownTime)
	defer cancel()
	for name, shutdown := range map[string]func(context.Context) error{"imap": d.imap.Shutdown, "smtp": d.smtp.Shutdown} {
		d.running.Go(func() {
			if err := shutdown(last); err != nil && !errors.Is(err, context.DeadlineExceeded) {
				d.house.log.Warn("closing a door", "door", name, "error", err)
			}
		})
	}
	done := make(chan struct{})
	go func() { d.running.Wait(); close(done) }()
	select {
	case <-done:
	case <-last.Done():
		d.house.log.Warn("some connections did not end in time", slog.Duration("waited", shutdownTime))
	}
}

func (d *Doors) closeListeners() {
	for _, o := range d.opened {
		o.listen.Close()
	}
}

// runQueue sends what is for outside. An installation with SQLite has one
// server process, so what an earlier one had in hand when it was killed is free.
func (h *House) runQueue(ctx context.Context) error {
	if h.Store.Engine() == "sqlite" {
		if err := h.Mail.ReleaseQueue(ctx); err != nil {
			return err
		}
	}
	return h.Mail.RunQueue(ctx)
}

// tendEvery is how soon passwords and accounts whose time is over are seen to.
const tendEvery = 10 * time.Minute

// tend sees to what time brings to accounts, at once and again and again.
func (h *House) tend(ctx context.Context) {
	tick := time.NewTicker(min(tendEvery, h.Certificates.Every()))
	defer tick.Stop()
	for {
		if err := h.tendAll(ctx); err != nil && ctx.Err() == nil {
			h.log.Error("tending the accounts", "error", err)
		}
		if err := h.Certificates.Tend(ctx); err != nil && ctx.Err() == nil {
			h.log.Error("tending the certificates", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// tendAll lets the rooms of this server see to what time brings.
func (h *House) tendAll(ctx context.Context) error {
	err := h.Identity.Tend(ctx)
	if h.has(partApplications) {
		err = errors.Join(err, h.Applications.Tend(ctx))
	}
	if h.has(partDrive) {
		err = errors.Join(err, h.Drive.Tend(ctx))
	}
	return err
}

// askDirectories asks the directories of feeds when they are due, or when
// somebody wants it. It may take minutes, so that it has a turn of its own.
func (h *House) askDirectories(ctx context.Context) {
	tick := time.NewTicker(feed.TendEvery)
	defer tick.Stop()
	for {
		if err := h.Feeds.Tend(ctx); err != nil && ctx.Err() == nil {
			h.log.Error("asking the directories of feeds", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		case <-h.Feeds.Woken():
		}
	}
}

// work runs what the rooms do by themselves.
func (h *House) work(ctx context.Context) {
	tick := time.NewTicker(time.Hour)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if err := errors.Join(h.Mail.ExpireUploads(ctx), h.Mail.TrimHistory(ctx), h.Mail.RenewRequests(ctx)); err != nil {
			h.log.Error("tidying the mail room", "error", err)
		}
		r, err := h.Store.Sweep(ctx)
		if err != nil {
			h.log.Error("sweeping the store", "error", err)
			continue
		}
		h.log.Info("swept the store", "blobs", r.Blobs, "files", r.Files, "bytes", r.Bytes)
	}
}
