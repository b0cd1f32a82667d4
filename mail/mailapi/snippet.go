package mailapi

import (
	"context"

	"chancery/kit/id"
	"chancery/mail"
	"chancery/wire/jmap"
	"chancery/wire/jmapmail"
)

// snippetArgs are the arguments of SearchSnippet/get (RFC 8621 section 5.1).
type snippetArgs struct {
	AccountID jmap.ID                            `json:"accountId"`
	Filter    *jmap.Filter[jmapmail.EmailFilter] `json:"filter"`
	EmailIDs  []jmap.ID                          `json:"emailIds"`
}

// snippetAnswer is its answer; notFound is null when empty.
type snippetAnswer struct {
	AccountID jmap.ID                  `json:"accountId"`
	List      []jmapmail.SearchSnippet `json:"list"`
	NotFound  []jmap.ID                `json:"notFound"`
}

// snippetGet is SearchSnippet/get.
func (a *API) snippetGet(ctx context.Context, call *jmap.Call) (any, error) {
	var args snippetArgs
	if err := call.Decode(&args); err != nil {
		return nil, err
	}
	get := jmap.GetArgs{AccountID: args.AccountID, IDs: &args.EmailIDs}
	if err := get.Check(call.Limits); err != nil {
		return nil, err
	}
	acc, snap, err := a.open(ctx, args.AccountID)
	if err != nil {
		return nil, err
	}
	subject, body := snippetWords(args.Filter)
	out := &snippetAnswer{AccountID: args.AccountID, List: []jmapmail.SearchSnippet{}}
	for _, text := range *get.IDs {
		n, ok := id.Parse(emailID, text)
		if _, there := snap.Message(n); !ok || !there {
			out.NotFound = append(out.NotFound, text)
			continue
		}
		s, err := snippet(ctx, acc, n, subject, body)
		if err != nil {
			return nil, err
		}
		s.EmailID = text
		out.List = append(out.List, s)
	}
	return out, nil
}

// snippetWords collects the queries that a filter makes of subjects and of
// bodies. Conditions under NOT are not shown: they are not in the email.
func snippetWords(f *jmap.Filter[jmapmail.EmailFilter]) (subject, body []string) {
	if f == nil || f.Operator == "NOT" {
		return nil, nil
	}
	for _, c := range f.Conditions {
		s, b := snippetWords(c)
		subject, body = append(subject, s...), append(body, b...)
	}
	if c := f.Condition; c != nil {
		if c.Text != nil {
			subject, body = append(subject, *c.Text), append(body, *c.Text)
		}
		if c.Subject != nil {
			subject = append(subject, *c.Subject)
		}
		if c.Body != nil {
			body = append(body, *c.Body)
		}
	}
	return subject, body
}

// snippet asks the room, which knows what its searches find.
func snippet(ctx context.Context, acc *mail.Account, n int64, subject, body []string) (s jmapmail.SearchSnippet, err error) {
	found, err := acc.Snippet(ctx, n, subject, body)
	if found.Subject != "" {
		s.Subject = &found.Subject
	}
	if found.Preview != "" {
		s.Preview = &found.Preview
	}
	return s, err
}
