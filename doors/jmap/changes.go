package jmapdoor

import (
	"context"
	"encoding/json"
	"slices"

	"chancery/wire/jmap"
)

// states is the state string of each data type of each account.
type states map[jmap.ID]map[string]string

// watcher tells what is new for one person.
type watcher struct {
	door     *Door
	accounts []jmap.Account // those at the start; a client that gains one opens its stream anew
	types    []string       // nil means all
	known    states
	wake     <-chan struct{}
	stop     func()
}

// watch starts to listen for a person's changes.
func (d *Door) watch(ctx context.Context, types []string) (*watcher, error) {
	accounts, err := d.needs.Accounts.Accounts(ctx)
	if err != nil {
		return nil, err
	}
	ids := make([]jmap.ID, len(accounts))
	for i, a := range accounts {
		ids[i] = a.ID
	}
	w := &watcher{door: d, accounts: accounts, types: types}
	w.wake, w.stop = d.needs.Feed.Listen(ctx, ids)
	// Only after Listen, so that no change falls between the two.
	if w.known, err = w.now(ctx); err != nil {
		w.stop()
		return nil, err
	}
	return w, nil
}

// now asks the rooms for their states. It fails when the person lost an
// account: then the client has to start anew with a fresh session object.
func (w *watcher) now(ctx context.Context) (states, error) {
	out := states{}
	for _, a := range w.accounts {
		for _, c := range w.door.caps {
			if c.States == nil {
				continue
			}
			all, err := c.States(ctx, a.ID)
			if err != nil {
				return nil, err
			}
			for t, s := range all {
				if w.types != nil && !slices.Contains(w.types, t) {
					continue
				}
				if out[a.ID] == nil {
					out[a.ID] = map[string]string{}
				}
				out[a.ID][t] = s
			}
		}
	}
	return out, nil
}

// news returns what changed since the last call; empty when nothing did.
func (w *watcher) news(ctx context.Context) (states, error) {
	now, err := w.now(ctx)
	if err != nil {
		return nil, err
	}
	fresh := states{}
	for account, types := range now {
		for t, s := range types {
			if w.known[account][t] == s {
				continue
			}
			if fresh[account] == nil {
				fresh[account] = map[string]string{}
			}
			fresh[account][t] = s
		}
	}
	w.known = now
	return fresh, nil
}

// mark names the known states in a short text, the pushState of RFC 8887 and
// the event id of RFC 8620 section 7.3.
func (w *watcher) mark() string {
	b, err := json.Marshal(w.known) // maps are written in key order
	if err != nil {
		return ""
	}
	return hash(b)
}

func change(changed states) jmap.StateChange {
	return jmap.StateChange{Kind: "StateChange", Changed: changed}
}
