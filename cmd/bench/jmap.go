package main

import (
	"bytes"
	"fmt"

	"chancery/cmd/bench/outside"
)

// rowProperties are what a list in the web client shows.
var rowProperties = []string{"id", "threadId", "mailboxIds", "keywords", "hasAttachment", "from", "subject", "receivedAt", "size", "preview"}

// page asks for 50 rows of a mailbox, newest first, with a back-reference
// (RFC 8620 section 3.7).
func page(mailbox string, position int) []outside.Call {
	return []outside.Call{
		{Name: "Email/query", Args: map[string]any{"filter": map[string]any{"inMailbox": mailbox},
			"sort": []any{map[string]any{"property": "receivedAt", "isAscending": false}}, "position": position, "limit": 50}},
		{Name: "Email/get", Args: map[string]any{"#ids": map[string]any{"resultOf": "c0", "name": "Email/query", "path": "/ids"}, "properties": rowProperties}},
	}
}

// jmap measures what the web client does, over 4 connections, each with a
// mailbox of its own.
func (b *bench) jmap() error {
	if err := b.fillSessions("Rows"); err != nil {
		return err
	}
	r, err := b.requests(func(c *outside.JMAP, rows string, i int) error {
		body, err := c.Raw(page(rows, i*50%500)...)
		if err == nil && bytes.Count(body, []byte(`"receivedAt"`)) != 50 {
			err = fmt.Errorf("not 50 rows: %.500s", body)
		}
		return err
	})
	if err != nil {
		return err
	}
	b.out.rate("JMAP query and get of 50, 4 connections", "1,500", r)
	ids := map[string][]string{}
	r, err = b.requests(func(c *outside.JMAP, rows string, i int) error {
		list := ids[c.Account]
		change := map[string]any{list[i%len(list)]: map[string]any{"keywords/$flagged": keyword(i/len(list)%2 == 0)}}
		body, err := c.Raw(outside.Call{Name: "Email/set", Args: map[string]any{"update": change}})
		if err == nil && !bytes.Contains(body, []byte(`"updated"`)) {
			err = fmt.Errorf("not set: %.500s", body)
		}
		return err
	}, func(c *outside.JMAP, rows string) error {
		var answer struct{ IDs []string }
		err := c.Ask(&answer, "Email/query", map[string]any{"filter": map[string]any{"inMailbox": rows}, "limit": 500})
		ids[c.Account] = answer.IDs
		return err
	})
	if err == nil {
		b.out.rate("JMAP Email/set of a keyword, durable, 4 connections", "", r)
	}
	return err
}

// requests measures one kind of request; prepare runs before, once a connection.
func (b *bench) requests(do func(c *outside.JMAP, rows string, i int) error, prepare ...func(c *outside.JMAP, rows string) error) (result, error) {
	return b.measure(sessions, 0, func(n int) (worker, error) {
		c, err := outside.DialJMAP(b.server.HTTP, session(n), outside.Password)
		if err != nil {
			return worker{}, err
		}
		var boxes struct{ List []struct{ ID, Name string } }
		if err := c.Ask(&boxes, "Mailbox/get", map[string]any{"ids": nil, "properties": []string{"id", "name"}}); err != nil {
			return worker{}, err
		}
		rows := ""
		for _, m := range boxes.List {
			if m.Name == "Rows" {
				rows = m.ID
			}
		}
		for _, p := range prepare {
			if err := p(c, rows); err != nil {
				return worker{}, err
			}
		}
		return worker{func(i int) error { return do(c, rows, i) }, func() error { c.Close(); return nil }}, nil
	})
}

// keyword is a keyword's value in a patch: null removes it (RFC 8621 section 4.1.1).
func keyword(on bool) any {
	if on {
		return true
	}
	return nil
}
