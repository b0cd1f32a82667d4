package jmapdoor

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	httpdoor "chancery/doors/http"
	"chancery/kit/errs"
)

// eventOptions are the query parameters of the event stream.
type eventOptions struct {
	types      []string // nil means all
	closeAfter bool
	ping       time.Duration // 0 means none
}

// events pushes state changes as server-sent events (RFC 8620 section 7.3).
func (d *Door) events(w http.ResponseWriter, r *http.Request) {
	who, _ := httpdoor.SubjectOf(r.Context())
	opt, err := d.eventOptions(r)
	if err != nil {
		httpdoor.Problem(w, err)
		return
	}
	if !d.streams.enter(who.ID, d.conf.MaxStreams) {
		httpdoor.Problem(w, errs.E(errs.RateLimited, "At most %d event streams may be open at once.", d.conf.MaxStreams))
		return
	}
	defer d.streams.leave(who.ID)
	watch, err := d.watch(r.Context(), opt.types)
	if err != nil {
		httpdoor.Problem(w, err)
		return
	}
	defer watch.stop()
	h := w.Header()
	h.Set("Content-Type", "text/event-stream; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no") // proxies must not hold events back
	s := &stream{w: w, ctl: http.NewResponseController(w), wait: d.conf.WriteTime}
	if err := s.send(": connected\n\n"); err != nil {
		return
	}
	// A client that comes back with the mark of older states gets all the
	// present ones at once.
	if last := r.Header.Get("Last-Event-ID"); last != "" && last != watch.mark() {
		if s.state(watch, watch.known) != nil || opt.closeAfter {
			return
		}
	}
	s.loop(r, watch, opt)
}

func (d *Door) eventOptions(r *http.Request) (eventOptions, error) {
	q := r.URL.Query()
	var o eventOptions
	if t := q.Get("types"); t != "" && t != "*" {
		o.types = strings.Split(t, ",")
	}
	switch q.Get("closeafter") {
	case "state":
		o.closeAfter = true
	case "", "no":
	default:
		return o, errs.E(errs.Invalid, "closeafter is state or no.")
	}
	if p := q.Get("ping"); p != "" {
		n, err := strconv.Atoi(p)
		if err != nil || n < 0 {
			return o, errs.E(errs.Invalid, "ping is a number of seconds.")
		}
		if n > 0 {
			// The server may raise the interval; the ping event says to what.
			o.ping = min(max(time.Duration(n)*time.Second, d.conf.MinPing), 24*time.Hour)
		}
	}
	return o, nil
}

// stream writes events and pushes each one out.
type stream struct {
	w    http.ResponseWriter
	ctl  *http.ResponseController
	wait time.Duration
}

func (s *stream) send(text string) error {
	// A reader that takes nothing for this long is gone. Between events there
	// is no deadline: HTTP/2 would end the stream when it passes.
	_ = s.ctl.SetWriteDeadline(time.Now().Add(s.wait))
	defer func() { _ = s.ctl.SetWriteDeadline(time.Time{}) }()
	if _, err := s.w.Write([]byte(text)); err != nil {
		return err
	}
	return s.ctl.Flush()
}

func (s *stream) state(watch *watcher, changed states) error {
	b, err := json.Marshal(change(changed))
	if err != nil {
		return err
	}
	return s.send(fmt.Sprintf("event: state\nid: %s\ndata: %s\n\n", watch.mark(), b))
}

func (s *stream) loop(r *http.Request, watch *watcher, opt eventOptions) {
	closing := httpdoor.Closing(r.Context())
	var tick <-chan time.Time
	if opt.ping > 0 {
		t := time.NewTicker(opt.ping)
		defer t.Stop()
		tick = t.C
	}
	for {
		select {
		case <-r.Context().Done():
			return
		case <-closing:
			return
		case <-tick:
			if s.send(fmt.Sprintf("event: ping\ndata: {\"interval\":%d}\n\n", int(opt.ping/time.Second))) != nil {
				return
			}
		case <-watch.wake:
			changed, err := watch.news(r.Context())
			if err == nil && len(changed) > 0 {
				err = httpdoor.Recheck(r.Context())
			}
			if err != nil {
				return // the client comes back with Last-Event-ID
			}
			if len(changed) == 0 {
				continue
			}
			if s.state(watch, changed) != nil || opt.closeAfter {
				return
			}
		}
	}
}
