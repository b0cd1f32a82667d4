package house

import (
	"context"
	"strconv"
	"time"

	httpdoor "chancery/doors/http"
	"chancery/identity"
	"chancery/kit/errs"
	"chancery/policy"
)

// httpNeeds answers what the HTTP door asks.
type httpNeeds struct{ h *House }

// caller reads where a browser comes from.
func (h *House) caller(p httpdoor.Peer) identity.Peer {
	out := h.peerOf(p.Addr, "http")
	out.Agent, out.Device, out.Site = p.Agent, p.Device, p.Site
	out.Least = policy.Assurance(max(0, min(p.Least, int(policy.ByHardware))))
	return out
}

func (n httpNeeds) person(ctx context.Context, s policy.Subject) (httpdoor.Subject, error) {
	a, err := n.h.Directory.Account(ctx, s.Org, s.Account)
	z := n.h.Identity.ZoneOf(identity.PeerOf(s))
	rules := httpdoor.Rules{Idle: z.Idle, Offline: n.h.conf.HTTP.Offline && !z.NoOffline && a.Terms.Allows(policy.FeatureOffline)}
	return httpdoor.Subject{Subject: s, ID: strconv.FormatInt(s.Account, 36), Name: a.Name, Language: a.Language, Rules: rules}, err
}

// known returns the person behind a subject that was found.
func (n httpNeeds) known(ctx context.Context, s policy.Subject, err error) (httpdoor.Subject, error) {
	if err != nil {
		return httpdoor.Subject{}, err
	}
	return n.person(ctx, s)
}

func (n httpNeeds) Verify(ctx context.Context, address, password, peer string) (httpdoor.Subject, error) {
	s, err := n.h.Identity.Verify(ctx, address, password, n.h.peerOf(peer, "http"))
	return n.known(ctx, s, err)
}

func (n httpNeeds) SignIn(ctx context.Context, address, password string, peer httpdoor.Peer) (httpdoor.SignInStep, error) {
	step, err := n.h.Identity.SignIn(ctx, address, password, n.h.caller(peer))
	return n.step(ctx, step, err)
}

func (n httpNeeds) Answer(ctx context.Context, ticket, method, code string, peer httpdoor.Peer) (httpdoor.SignInStep, error) {
	step, err := n.h.Identity.Answer(ctx, ticket, method, code, n.h.caller(peer))
	return n.step(ctx, step, err)
}

func (n httpNeeds) Enrol(ctx context.Context, ticket, method, name string, peer httpdoor.Peer) (httpdoor.FirstFactor, error) {
	f, err := n.h.Identity.Enrol(ctx, ticket, method, name, n.h.caller(peer))
	return httpdoor.FirstFactor{Secret: f.Secret, URI: f.URI, QR: f.QR, Options: f.Options}, err
}

func (n httpNeeds) SendCode(ctx context.Context, ticket, number string, peer httpdoor.Peer) (httpdoor.SentCode, error) {
	s, err := n.h.Identity.SendCode(ctx, ticket, number, n.h.caller(peer))
	return httpdoor.SentCode{To: s.To, Late: s.Late}, err
}

func (n httpNeeds) AskPasskey(ctx context.Context, peer httpdoor.Peer) (httpdoor.SignInStep, error) {
	step, err := n.h.Identity.AskPasskey(ctx, n.h.caller(peer))
	return n.step(ctx, step, err)
}

func (n httpNeeds) AnswerPasskey(ctx context.Context, ticket, answer string, peer httpdoor.Peer) (httpdoor.SignInStep, error) {
	step, err := n.h.Identity.AnswerPasskey(ctx, ticket, answer, n.h.caller(peer))
	return n.step(ctx, step, err)
}

func (n httpNeeds) Disown(ctx context.Context, token string, peer httpdoor.Peer) error {
	return n.h.Identity.Disown(ctx, token, n.h.caller(peer))
}

func (n httpNeeds) AskUnlock(ctx context.Context, address, note string, peer httpdoor.Peer) error {
	return n.h.Identity.AskUnlock(ctx, address, note, n.h.caller(peer))
}

func (n httpNeeds) AskReset(ctx context.Context, address string, peer httpdoor.Peer) error {
	return n.h.Identity.AskReset(ctx, address, n.h.caller(peer))
}

func (n httpNeeds) Reset(ctx context.Context, token, password string, peer httpdoor.Peer) error {
	return n.h.Identity.Reset(ctx, token, password, n.h.caller(peer))
}

func (n httpNeeds) step(ctx context.Context, step identity.Step, err error) (httpdoor.SignInStep, error) {
	out := httpdoor.SignInStep{Codes: step.Codes, Ticket: step.Ticket, Methods: step.Methods, Enrol: step.Enrol, Options: step.Options}
	if err == nil && step.Ticket == "" {
		out.Subject, err = n.person(ctx, step.Subject)
	}
	return out, err
}

func (n httpNeeds) OpenSession(ctx context.Context, s httpdoor.Subject, peer httpdoor.Peer) (httpdoor.Opened, error) {
	o, err := n.h.Identity.OpenSession(ctx, s.Subject, n.h.caller(peer))
	return httpdoor.Opened{Token: o.Token, Device: o.Device, Expires: o.Ends, Forget: time.Now().Add(n.h.Identity.DeviceLife())}, err
}

func (n httpNeeds) Session(ctx context.Context, token, peer string) (httpdoor.Subject, error) {
	s, err := n.h.Identity.Session(ctx, token, n.h.peerOf(peer, "http"))
	return n.known(ctx, s, err)
}

// mayPush says whether somebody is still told of new mail while their browser
// is closed.
func (h *House) mayPush(ctx context.Context, s httpdoor.Subject) error {
	a, err := h.Directory.Account(ctx, s.Org, s.Account)
	switch {
	case errs.Is(err, errs.NotFound), err == nil && a.Locked:
		return errs.E(errs.Forbidden, "The account is locked.")
	case err == nil && !a.Terms.Allows(policy.FeaturePush):
		return errs.E(errs.Forbidden, "Word of new mail by push is not part of your service level.")
	}
	return err
}

func (n httpNeeds) Due(ctx context.Context, s httpdoor.Subject) (time.Time, error) {
	return n.h.Identity.Due(ctx, s.Subject)
}

func (n httpNeeds) ToAccept(ctx context.Context, s httpdoor.Subject) (int, error) {
	return n.h.Rulebook.Due(ctx, s.Org, s.Account)
}

func (n httpNeeds) CloseSession(ctx context.Context, token string) error {
	return n.h.Identity.CloseSession(ctx, token)
}
