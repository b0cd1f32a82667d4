package jmapdoor

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	httpdoor "chancery/doors/http"
	"chancery/kit/errs"
	"chancery/wire/jmap"
)

// polled is the answer of the long poll: the mark of the states that are now
// known, and what changed, if anything did.
type polled struct {
	Mark   string            `json:"mark"`
	Change *jmap.StateChange `json:"change"`
}

// poll is push for networks that let neither EventSource nor WebSocket pass:
// an ordinary request that is answered when something changes, or with no
// change when its time is over. It says since which mark it wants to know; with
// an older one it is answered at once with all states, as an event stream is
// that comes back with a Last-Event-ID.
func (d *Door) poll(w http.ResponseWriter, r *http.Request) {
	who, _ := httpdoor.SubjectOf(r.Context())
	q := r.URL.Query()
	wait := d.conf.PollTime
	if s := q.Get("wait"); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil || n < 0 {
			httpdoor.Problem(w, errs.E(errs.Invalid, "wait is a number of seconds."))
			return
		}
		// Compared as seconds: a huge number would overflow a duration.
		if n < int(wait/time.Second) {
			wait = time.Duration(n) * time.Second
		}
	}
	var types []string
	if t := q.Get("types"); t != "" && t != "*" {
		types = strings.Split(t, ",")
	}
	if !d.streams.enter(who.ID, d.conf.MaxStreams) {
		httpdoor.Problem(w, errs.E(errs.RateLimited, "At most %d event streams may be open at once.", d.conf.MaxStreams))
		return
	}
	defer d.streams.leave(who.ID)
	watch, err := d.watch(r.Context(), types)
	if err != nil {
		httpdoor.Problem(w, err)
		return
	}
	defer watch.stop()
	answer, err := d.waitFor(r, watch, q.Get("since"), wait)
	if err != nil {
		httpdoor.Problem(w, err)
		return
	}
	w.Header().Set("Cache-Control", "no-store")
	httpdoor.JSON(w, http.StatusOK, "application/json", answer)
}

func (d *Door) waitFor(r *http.Request, watch *watcher, since string, wait time.Duration) (polled, error) {
	if since != watch.mark() {
		if since == "" {
			return polled{Mark: watch.mark()}, nil
		}
		all := change(watch.known)
		return polled{Mark: watch.mark(), Change: &all}, nil
	}
	over := time.NewTimer(wait)
	defer over.Stop()
	for {
		select {
		case <-r.Context().Done():
			return polled{}, r.Context().Err()
		case <-httpdoor.Closing(r.Context()):
			return polled{Mark: watch.mark()}, nil
		case <-over.C:
			return polled{Mark: watch.mark()}, nil
		case <-watch.wake:
			changed, err := watch.news(r.Context())
			if err == nil && len(changed) > 0 {
				err = httpdoor.Recheck(r.Context())
			}
			if err != nil {
				return polled{}, err
			}
			if len(changed) > 0 {
				c := change(changed)
				return polled{Mark: watch.mark(), Change: &c}, nil
			}
		}
	}
}
