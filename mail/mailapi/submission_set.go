package mailapi

import (
	"context"
	"encoding/json"
	"errors"
	"strings"

	"chancery/kit/errs"
	"chancery/kit/id"
	"chancery/mail"
	"chancery/wire/jmap"
	"chancery/wire/jmapmail"
)

// submissionSet is EmailSubmission/set (RFC 8621 section 7.5).
func (a *API) submissionSet(ctx context.Context, call *jmap.Call) (any, error) {
	var args jmapmail.SubmissionSetArgs
	if err := take(call, &args, func() error { return args.Check(call.Limits) }); err != nil {
		return nil, err
	}
	for _, m := range args.OnSuccessUpdateEmail {
		if string(m.Value) == "null" {
			return nil, jmap.Fail(jmap.InvalidArguments, "onSuccessUpdateEmail has a patch for each submission")
		}
	}
	acc, snap, err := a.open(ctx, args.AccountID)
	if err != nil {
		return nil, err
	}
	old := state(snap.SubmissionState)
	if err := args.CheckState(old); err != nil {
		return nil, err
	}
	s := &submissionSetter{api: a, acc: acc, call: call, emails: map[jmap.ID]jmap.ID{}}
	out := jmap.Set(ctx, call, &args.SetArgs, jmap.Setter{Create: s.create, Update: s.update, Destroy: s.destroy})
	after, err := acc.Snapshot(ctx)
	if err != nil {
		return nil, err
	}
	out.OldState, out.NewState = old, state(after.SubmissionState)
	s.followUp(ctx, &args)
	return out, nil
}

// submissionSetter does the changes of one call and remembers which email
// each successful one is about.
type submissionSetter struct {
	api    *API
	acc    *mail.Account
	call   *jmap.Call
	emails map[jmap.ID]jmap.ID // submission -> email
}

// newSubmission is what a client may say of a submission.
type newSubmission struct {
	IdentityID jmap.ID            `json:"identityId"`
	EmailID    jmap.ID            `json:"emailId"`
	Envelope   *jmapmail.Envelope `json:"envelope"`
	UndoStatus *string            `json:"undoStatus"`
}

func (s *submissionSetter) create(ctx context.Context, _ jmap.ID, raw json.RawMessage) (jmap.ID, any, error) {
	var in newSubmission
	if err := jmap.DecodeStrict(raw, &in); err != nil {
		return "", nil, serverSet(err)
	}
	if in.UndoStatus != nil && *in.UndoStatus != mail.UndoPending {
		return "", nil, jmap.BadProperty("undoStatus", "A new submission can only be pending.")
	}
	n := mail.NewSubmission{}
	for _, ref := range []struct {
		name   string
		text   jmap.ID
		prefix byte
		to     *int64
	}{{"identityId", in.IdentityID, identityID, &n.Identity}, {"emailId", in.EmailID, emailID, &n.Message}} {
		real, ok := s.call.Resolve(ref.text)
		if ok {
			*ref.to, ok = id.Parse(ref.prefix, real)
		}
		if !ok {
			return "", nil, jmap.BadProperty(ref.name, "There is no record %q.", ref.text)
		}
	}
	if in.Envelope != nil {
		e, err := readEnvelope(in.Envelope, s.api.conf.Clock.Now())
		if err != nil {
			return "", nil, err
		}
		n.Envelope = e
	}
	if err := s.check(ctx, n); err != nil {
		return "", nil, err
	}
	made, err := s.acc.Submit(ctx, n)
	if err != nil {
		return "", nil, blameSubmission(err)
	}
	x := submission(made)
	s.emails[x.ID] = x.EmailID
	told := map[string]any{"id": x.ID, "threadId": x.ThreadID, "sendAt": x.SendAt, "undoStatus": x.UndoStatus, "deliveryStatus": x.DeliveryStatus,
		"dsnBlobIds": x.DSNBlobIDs, "mdnBlobIds": x.MDNBlobIDs}
	if in.Envelope == nil {
		told["envelope"] = x.Envelope
	}
	return x.ID, told, nil
}

// check says which of the two records is not there, and whether the email can
// be sent at all: a letter has an author (RFC 5322 section 3.6).
func (s *submissionSetter) check(ctx context.Context, n mail.NewSubmission) error {
	list, err := s.acc.Content(ctx, n.Message)
	if err != nil {
		return err
	}
	if list[0] == nil {
		return jmap.BadProperty("emailId", "There is no email %s.", emailText(n.Message))
	}
	if len(list[0].Message.Envelope.From) == 0 {
		e := jmap.Refuse("invalidEmail", "The email has no author.")
		e.Properties = []string{"from"}
		return e
	}
	identities, err := s.acc.Identities(ctx)
	if err != nil {
		return err
	}
	for _, i := range identities {
		if i.ID == n.Identity {
			return nil
		}
	}
	return jmap.BadProperty("identityId", "There is no identity %s.", id.Text(identityID, n.Identity))
}

// blameSubmission gives the refusals of the room the types of section 7.5.
func blameSubmission(err error) error {
	var bad *mail.InvalidRecipients
	isBad := errors.As(err, &bad)
	if e := blameRule(err); e != nil {
		return e
	}
	if e := blameLabel(err); e != nil {
		if isBad {
			e.InvalidRecipients = bad.Addresses
		}
		return e
	}
	switch {
	case isBad:
		e := jmap.Refuse("invalidRecipients", "%s", errs.Text(bad.Err))
		e.InvalidRecipients = bad.Addresses
		return e
	case errors.Is(err, mail.ErrNoRecipients):
		return jmap.Refuse("noRecipients", "%s", errs.Text(err))
	case errors.Is(err, mail.ErrForbiddenFrom):
		return jmap.Refuse("forbiddenFrom", "%s", errs.Text(err))
	case errors.Is(err, mail.ErrForbiddenMailFrom):
		return jmap.Refuse("forbiddenMailFrom", "%s", errs.Text(err))
	case errs.Is(err, errs.Forbidden):
		return jmap.Refuse("forbiddenToSend", "%s", errs.Text(err))
	case errs.Is(err, errs.TooLarge) && strings.Contains(errs.Text(err), "recipients"):
		return jmap.Refuse("tooManyRecipients", "%s", errs.Text(err))
	}
	return err
}

func (s *submissionSetter) find(ctx context.Context, text jmap.ID) (mail.Submission, error) {
	n, ok := id.Parse(submissionID, text)
	if !ok {
		return mail.Submission{}, jmap.Refuse(jmap.NotFound, "There is no submission %s.", text)
	}
	return s.acc.Submission(ctx, n)
}

// update takes a submission back, or moves its time (our own addition):
// nothing else of it can change.
func (s *submissionSetter) update(ctx context.Context, text jmap.ID, p jmap.Patch) (any, error) {
	have, err := s.find(ctx, text)
	if err != nil {
		return nil, err
	}
	for _, m := range p {
		if m.Key == "sendAt" {
			if err := s.reschedule(ctx, have.ID, m.Value); err != nil {
				return nil, err
			}
			continue
		}
		var v string
		if m.Key != "undoStatus" || json.Unmarshal(m.Value, &v) != nil || v != mail.UndoCanceled && v != have.Undo {
			return nil, jmap.BadProperty(m.Key, "Only undoStatus can be changed, to canceled.")
		}
		if v != mail.UndoCanceled {
			continue
		}
		_, err := s.acc.CancelSubmission(ctx, have.ID)
		if errs.Is(err, errs.Conflict) {
			return nil, jmap.Refuse("cannotUnsend", "%s", errs.Text(err))
		}
		if err != nil {
			return nil, err
		}
	}
	s.emails[text] = emailText(have.Message)
	return nil, nil
}

func (s *submissionSetter) destroy(ctx context.Context, text jmap.ID) error {
	have, err := s.find(ctx, text)
	if err != nil {
		return err
	}
	if err := s.acc.DestroySubmission(ctx, have.ID); err != nil {
		return err
	}
	s.emails[text] = emailText(have.Message)
	return nil
}

// followUp does the implicit Email/set for the submissions that succeeded.
func (s *submissionSetter) followUp(ctx context.Context, args *jmapmail.SubmissionSetArgs) {
	emailOf := func(ref jmap.ID) (jmap.ID, bool) {
		real, _ := s.call.Resolve(ref)
		email, ok := s.emails[real]
		return email, ok
	}
	var update jmap.Members
	var destroy []jmap.ID
	for _, m := range args.OnSuccessUpdateEmail {
		if email, ok := emailOf(m.Key); ok {
			update = append(update, jmap.Member{Key: email, Value: m.Value})
		}
	}
	for _, ref := range args.OnSuccessDestroyEmail {
		if email, ok := emailOf(ref); ok {
			destroy = append(destroy, email)
		}
	}
	if update == nil && destroy == nil {
		return
	}
	b, err := json.Marshal(map[string]any{"accountId": args.AccountID, "update": update, "destroy": destroy})
	if err == nil {
		var v any
		if v, err = s.api.emailSet(ctx, s.call.With("Email/set", b)); err == nil {
			s.call.Also("Email/set", v)
			return
		}
	}
	s.call.Also("error", jmap.MethodErrorOf(err))
}
