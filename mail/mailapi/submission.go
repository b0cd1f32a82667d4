package mailapi

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"chancery/kit/id"
	"chancery/mail"
	"chancery/wire/jmap"
	"chancery/wire/jmapmail"
)

func submissionText(n int64) jmap.ID { return id.Text(submissionID, n) }

// submission says a submission in JMAP's words (RFC 8621 section 7).
func submission(s mail.Submission) jmapmail.EmailSubmission {
	out := jmapmail.EmailSubmission{
		ID: submissionText(s.ID), IdentityID: id.Text(identityID, s.Identity), EmailID: emailText(s.Message), ThreadID: threadText(s.Thread),
		Envelope: envelope(s.Envelope), SendAt: jmap.UTCDate{Time: s.SendAt}, UndoStatus: s.Undo,
		DeliveryStatus: map[string]jmapmail.DeliveryStatus{}, DSNBlobIDs: []string{}, MDNBlobIDs: []string{},
	}
	for address, d := range s.Status {
		out.DeliveryStatus[address] = jmapmail.DeliveryStatus{SMTPReply: d.Reply, Delivered: d.Delivered, Displayed: "unknown"}
	}
	return out
}

// submissions returns those of an account with their state.
func (a *API) submissions(ctx context.Context, text jmap.ID) (*mail.Account, []jmapmail.EmailSubmission, string, error) {
	acc, snap, err := a.open(ctx, text)
	if err != nil {
		return nil, nil, "", err
	}
	list, err := acc.Submissions(ctx)
	if err != nil {
		return nil, nil, "", err
	}
	out := make([]jmapmail.EmailSubmission, len(list))
	for i, s := range list {
		out[i] = submission(s)
	}
	return acc, out, state(snap.SubmissionState), nil
}

// submissionGet is EmailSubmission/get (section 7.1).
func (a *API) submissionGet(ctx context.Context, call *jmap.Call) (any, error) {
	var args jmap.GetArgs
	if err := take(call, &args, func() error { return args.Check(call.Limits) }); err != nil {
		return nil, err
	}
	_, list, now, err := a.submissions(ctx, args.AccountID)
	if err != nil {
		return nil, err
	}
	if args.IDs == nil && len(list) > call.Limits.MaxObjectsInGet {
		return nil, jmap.Fail(jmap.RequestTooLarge, "There are %d submissions, at most %d in one call.", len(list), call.Limits.MaxObjectsInGet)
	}
	return jmap.Get(args, now, list, func(s jmapmail.EmailSubmission) jmap.ID { return s.ID })
}

// submissionChanges is EmailSubmission/changes (section 7.2).
func (a *API) submissionChanges(ctx context.Context, call *jmap.Call) (any, error) {
	return a.objectChanges(ctx, call, submissionID, (*mail.Account).SubmissionChanges, func(s *mail.Snapshot) int64 { return s.SubmissionState })
}

// submissionSortable are the properties to sort by (section 7.3). Drafts of
// the standard wrote sendAt for sentAt, and so do clients.
func submissionSortable(p string) bool {
	return p == "emailId" || p == "threadId" || p == "sentAt" || p == "sendAt"
}

// findSubmissions returns the ids of those that match, in order.
func findSubmissions(all []jmapmail.EmailSubmission, f *jmap.Filter[jmapmail.SubmissionFilter], sort []jmap.Comparator) []jmap.ID {
	list := slices.DeleteFunc(all, func(s jmapmail.EmailSubmission) bool {
		return !f.Match(func(c *jmapmail.SubmissionFilter) bool { return submissionMatches(c, s) })
	})
	slices.SortStableFunc(list, func(x, y jmapmail.EmailSubmission) int {
		for _, s := range sort {
			var c int
			switch s.Property {
			case "emailId":
				c = cmp.Compare(x.EmailID, y.EmailID)
			case "threadId":
				c = cmp.Compare(x.ThreadID, y.ThreadID)
			default:
				c = x.SendAt.Compare(y.SendAt.Time)
			}
			if !s.Ascending() {
				c = -c
			}
			if c != 0 {
				return c
			}
		}
		return 0
	})
	out := make([]jmap.ID, len(list))
	for i, s := range list {
		out[i] = s.ID
	}
	return out
}

func submissionMatches(c *jmapmail.SubmissionFilter, s jmapmail.EmailSubmission) bool {
	among := func(list []string, v string) bool { return list == nil || slices.Contains(list, v) }
	return among(c.IdentityIDs, s.IdentityID) && among(c.EmailIDs, s.EmailID) && among(c.ThreadIDs, s.ThreadID) &&
		(c.UndoStatus == nil || *c.UndoStatus == s.UndoStatus) &&
		(c.Before == nil || s.SendAt.Before(c.Before.Time)) && (c.After == nil || !s.SendAt.Before(c.After.Time))
}

// submissionQuery is EmailSubmission/query (section 7.3).
func (a *API) submissionQuery(ctx context.Context, call *jmap.Call) (any, error) {
	var args jmap.QueryArgs[jmapmail.SubmissionFilter]
	if err := call.Decode(&args); err != nil {
		return nil, err
	}
	if err := jmap.CheckSort(args.Sort, submissionSortable); err != nil {
		return nil, err
	}
	_, all, now, err := a.submissions(ctx, args.AccountID)
	if err != nil {
		return nil, err
	}
	ids := findSubmissions(all, args.Filter, args.Sort)
	pos, from, to, limit, err := args.Window(len(ids), func(want jmap.ID) int { return slices.Index(ids, want) })
	if err != nil {
		return nil, err
	}
	out := &jmap.QueryAnswer{AccountID: args.AccountID, QueryState: now, CanCalculateChanges: true, Position: pos, IDs: ids[from:to], Limit: limit}
	if args.CalculateTotal {
		total := int64(len(ids))
		out.Total = &total
	}
	return out, nil
}

// submissionQueryChanges is EmailSubmission/queryChanges (section 7.4).
func (a *API) submissionQueryChanges(ctx context.Context, call *jmap.Call) (any, error) {
	var args jmap.QueryChangesArgs[jmapmail.SubmissionFilter]
	if err := take(call, &args, args.Check); err != nil {
		return nil, err
	}
	if err := jmap.CheckSort(args.Sort, submissionSortable); err != nil {
		return nil, err
	}
	since, err := parseState(args.SinceQueryState)
	if err != nil {
		return nil, err
	}
	acc, all, now, err := a.submissions(ctx, args.AccountID)
	if err != nil {
		return nil, err
	}
	if last, err := parseState(now); err != nil || since > last {
		return nil, jmap.Fail(jmap.CannotCalculateChanges, "The state %q is not known.", args.SinceQueryState)
	}
	c, err := acc.SubmissionChanges(ctx, since)
	if err != nil {
		return nil, err
	}
	ids := findSubmissions(all, args.Filter, args.Sort)
	out := &jmap.QueryChangesAnswer{AccountID: args.AccountID, OldQueryState: args.SinceQueryState, NewQueryState: now}
	if args.CalculateTotal {
		total := int64(len(ids))
		out.Total = &total
	}
	changed := texts(submissionID, append(c.Created, c.Updated...))
	return out, out.Fill(changed, texts(submissionID, c.Destroyed), jmap.Added(ids, changed, nil), args.MaxChanges)
}

// submissionCapability announces what sending can do (section 1.3.2).
func (a *API) submissionCapability(acc jmap.Account) (any, bool) {
	return jmapmail.SubmissionCapability{
		MaxDelayedSend: a.conf.MaxDelayedSend,
		SubmissionExtensions: map[string][]string{
			"FUTURERELEASE": {state(a.conf.MaxDelayedSend), "9999-12-31T23:59:59Z"},
			"DSN":           {}, "SMTPUTF8": {}, "SIZE": {state(a.conf.MaxSizeAttachments * 4 / 3)},
		},
	}, !acc.IsReadOnly
}

// lowerKeys returns a map with its keys in lower case: SMTP parameters have
// no case.
func lowerKeys(m map[string]*string) map[string]string {
	out := map[string]string{}
	for k, v := range m {
		text := ""
		if v != nil {
			text = *v
		}
		out[strings.ToLower(k)] = text
	}
	return out
}
