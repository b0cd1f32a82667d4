package jmapdoor

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	httpdoor "chancery/doors/http"
	"chancery/kit/errs"
	"chancery/kit/httpx"
	"chancery/wire/jmap"
)

// pusher sends state changes to the URLs of push subscriptions (RFC 8620
// section 7.2). One goroutine serves each verified subscription.
type pusher struct {
	door  *Door
	mu    sync.Mutex
	stops map[jmap.ID]context.CancelFunc
	base  context.Context // set by run
	hour  time.Time       // begin of the hour that made counts
	made  map[string]int  // subscriptions made, by person
}

func newPusher(d *Door) *pusher {
	return &pusher{door: d, stops: map[jmap.ID]context.CancelFunc{}, made: map[string]int{}}
}

// mayMake counts one more subscription of a person, unless there were too
// many within the hour.
func (p *pusher) mayMake(who string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if now := p.door.needs.Clock.Now(); now.Sub(p.hour) > time.Hour {
		p.hour = now
		clear(p.made)
	}
	p.made[who]++
	return p.made[who] <= p.door.conf.PushMax
}

// run takes up the kept subscriptions and sends until ctx ends.
func (p *pusher) run(ctx context.Context) error {
	p.mu.Lock()
	p.base = ctx
	p.mu.Unlock()
	all, err := p.door.needs.Subscriptions.All(ctx)
	if err != nil {
		return err
	}
	for _, s := range all {
		p.start(s)
	}
	<-ctx.Done()
	return nil
}

// start serves a subscription, in place of an earlier state of it.
func (p *pusher) start(s Subscription) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if stop := p.stops[s.ID]; stop != nil {
		stop()
		delete(p.stops, s.ID)
	}
	if !s.Verified || p.base == nil {
		return
	}
	ctx, cancel := context.WithDeadline(p.base, s.Expires.Time)
	p.stops[s.ID] = cancel
	go p.serve(ctx, s)
}

func (p *pusher) stop(id jmap.ID) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if stop := p.stops[id]; stop != nil {
		stop()
		delete(p.stops, id)
	}
}

// serve watches for a subscription, and anew after a failure.
func (p *pusher) serve(ctx context.Context, s Subscription) {
	ctx = httpdoor.WithSubject(ctx, s.Subject)
	for again := false; ctx.Err() == nil; again = true {
		if err := p.watch(ctx, s, again); errors.Is(err, errGone) || errs.Is(err, errs.Forbidden) {
			_ = p.door.needs.Subscriptions.Delete(ctx, s.ID)
			p.stop(s.ID)
			return
		} else if err != nil && ctx.Err() == nil {
			p.door.needs.Log.InfoContext(ctx, "push subscription interrupted", "error", err)
		}
		select {
		case <-ctx.Done():
		case <-time.After(10 * time.Second):
		}
	}
}

// watch sends what is new until something fails. Again says that there was a
// gap before, so that everything is told once.
func (p *pusher) watch(ctx context.Context, s Subscription, again bool) error {
	watch, err := p.door.watch(ctx, s.Types)
	if err != nil {
		return err
	}
	defer watch.stop()
	if again {
		if err := p.tell(ctx, s, watch.known); err != nil {
			return err
		}
	}
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-watch.wake:
		}
		changed, err := watch.news(ctx)
		if err != nil {
			return err
		}
		if len(changed) == 0 {
			continue
		}
		if err := p.tell(ctx, s, changed); err != nil {
			return err
		}
	}
}

// tell sends what changed, to who is still told: a subscription outlives the
// session that made it, but not the account's right to it.
func (p *pusher) tell(ctx context.Context, s Subscription, changed states) error {
	if err := p.door.mayPush(ctx, s.Subject); err != nil {
		return err
	}
	if err := p.deliver(ctx, s, change(changed)); errors.Is(err, errGone) {
		return err
	}
	return nil
}

func (d *Door) mayPush(ctx context.Context, s httpdoor.Subject) error {
	if d.needs.MayPush == nil {
		return nil
	}
	return d.needs.MayPush(ctx, s)
}

// errGone means that the push service does not know the URL any more.
var errGone = errors.New("the push endpoint is gone")

// deliver posts a message and tries again for a while: a lost push costs the
// client only time, as the next one carries the states anew.
func (p *pusher) deliver(ctx context.Context, s Subscription, v any) error {
	wait := 2 * time.Second
	for try := 0; ; try++ {
		err := p.post(ctx, s, v)
		if err == nil || errors.Is(err, errGone) {
			return err
		}
		if try == 5 {
			p.door.needs.Log.InfoContext(ctx, "push not delivered", "error", err)
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(wait):
			wait *= 3
		}
	}
}

func (p *pusher) post(ctx context.Context, s Subscription, v any) error {
	body, err := json.Marshal(v)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	encoding := ""
	if s.Keys != nil {
		if body, err = seal(body, *s.Keys); err != nil {
			return errors.Join(errGone, err)
		}
		encoding = "aes128gcm"
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.URL, bytes.NewReader(body))
	if err != nil {
		return errors.Join(errGone, err)
	}
	// RFC 8620 section 7.2: TTL as RFC 8030 has it; the newest states replace
	// older ones that still wait.
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("TTL", "86400")
	req.Header.Set("Urgency", "normal")
	if p.door.conf.PushKey != nil {
		token, err := vapid(p.door.conf.PushKey, s.URL, p.door.conf.PushContact, p.door.needs.Clock.Now())
		if err != nil {
			return err
		}
		req.Header.Set("Authorization", token)
	}
	if encoding != "" {
		req.Header.Set("Content-Encoding", encoding)
	}
	resp, err := p.door.conf.PushClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	switch {
	case resp.StatusCode >= 200 && resp.StatusCode < 300:
		return nil
	case resp.StatusCode == http.StatusNotFound || resp.StatusCode == http.StatusGone:
		return errGone
	}
	return fmt.Errorf("the push endpoint answered %d", resp.StatusCode)
}

// newPushClient makes a client that follows no redirects and, unless told
// otherwise, speaks to public addresses only: a subscription must not be a
// way to reach into the office's own network.
func newPushClient(private bool) *http.Client {
	return &http.Client{
		Transport:     &http.Transport{DialContext: httpx.Dialer(private).DialContext, MaxIdleConnsPerHost: 2, IdleConnTimeout: time.Minute, ForceAttemptHTTP2: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// memory keeps subscriptions for the life of the process.
type memory struct {
	mu   sync.Mutex
	subs []Subscription
}

// All returns every subscription.
func (m *memory) All(context.Context) ([]Subscription, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return append([]Subscription(nil), m.subs...), nil
}

// Put adds or replaces a subscription.
func (m *memory) Put(_ context.Context, s Subscription) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for i := range m.subs {
		if m.subs[i].ID == s.ID {
			m.subs[i] = s
			return nil
		}
	}
	m.subs = append(m.subs, s)
	return nil
}

// Delete removes a subscription.
func (m *memory) Delete(_ context.Context, id jmap.ID) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for i := range m.subs {
		if m.subs[i].ID == id {
			m.subs = append(m.subs[:i], m.subs[i+1:]...)
			return nil
		}
	}
	return nil
}
