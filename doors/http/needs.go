package httpdoor

import (
	"context"
	"encoding/json"
	"time"

	"chancery/policy"
)

// Subject is who is signed in.
type Subject struct {
	policy.Subject        // how rooms know the person
	ID             string // stable, for counting what one person has open
	Name           string
	Language       string
	Rules          Rules
}

// Rules hold for a session by the zone it comes from.
type Rules struct {
	Idle    time.Duration // after what time without use it ends; zero says nothing
	Offline bool          // mail may be kept in the browser
}

// Peer is where a request comes from, and with what.
type Peer struct {
	Addr   string // network address
	Agent  string
	Device string // the token of the browser's device, "" when it has none
	Site   string // scheme and host under which it reached us
	Least  int    // how sure the sign-in has to be, where a system asks for it: 2 or 3
}

// SignInStep is where a sign-in stands: done when there is no ticket, else in
// need of one of the methods.
type SignInStep struct {
	Subject Subject
	Codes   []string // recovery codes that the person has to be shown, when done
	Ticket  string
	Methods []string
	Enrol   bool            // the methods are factors that the person has to add first
	Options json.RawMessage // what the browser asks a key
}

// FirstFactor is what a person is shown who adds their first second factor
// in the middle of a sign-in.
type FirstFactor struct {
	Secret  string          `json:"secret,omitempty"`
	URI     string          `json:"uri,omitempty"`
	QR      []byte          `json:"qr,omitempty"` // PNG
	Options json.RawMessage `json:"options,omitempty"`
}

// SentCode is a code on its way to the person's telephone.
type SentCode struct {
	To   string `json:"to"`   // the end of the number
	Late bool   `json:"late"` // the gateway has not taken it yet
}

// Opened is a new session: two secrets for two cookies.
type Opened struct {
	Token, Device   string
	Expires, Forget time.Time // of the session, and of the device
}

// Identity checks who somebody is. Failures of kind errs.Unauthenticated mean
// a wrong or ended credential, errs.RateLimited too many tries.
type Identity interface {
	// Verify checks a password. Peer is the address of the other end, for the
	// limit on failures.
	Verify(ctx context.Context, address, password, peer string) (Subject, error)
	// SignIn begins the sign-in of a browser, Answer goes on with it.
	SignIn(ctx context.Context, address, password string, peer Peer) (SignInStep, error)
	// A code of the method "password" is the password that a person chooses, one
	// of "accept" names the regulations that they accept.
	Answer(ctx context.Context, ticket, method, code string, peer Peer) (SignInStep, error)
	// Enrol begins to add the factor that a step asked for.
	Enrol(ctx context.Context, ticket, method, name string, peer Peer) (FirstFactor, error)
	// SendCode sends a code by SMS to whom the ticket is about; to the number,
	// where a first second factor is added.
	SendCode(ctx context.Context, ticket, number string, peer Peer) (SentCode, error)
	// AskPasskey begins a sign-in without a password, AnswerPasskey ends it.
	AskPasskey(ctx context.Context, peer Peer) (SignInStep, error)
	AnswerPasskey(ctx context.Context, ticket, answer string, peer Peer) (SignInStep, error)
	// Disown takes the word of somebody that a sign-in was not theirs.
	Disown(ctx context.Context, token string, peer Peer) error
	// AskUnlock takes the word of somebody who cannot sign in. It answers the
	// same for every address.
	AskUnlock(ctx context.Context, address, note string, peer Peer) error
	// AskReset sends a link for a new password, where there is a second address;
	// it answers the same for every address. Reset takes the link's token.
	AskReset(ctx context.Context, address string, peer Peer) error
	Reset(ctx context.Context, token, password string, peer Peer) error
	// OpenSession starts a browser session.
	OpenSession(ctx context.Context, s Subject, peer Peer) (Opened, error)
	// Session returns whose session a token is, as seen from the peer.
	Session(ctx context.Context, token, peer string) (Subject, error)
	// Due is until when the person's password has to be changed; zero is whenever.
	Due(ctx context.Context, s Subject) (time.Time, error)
	// ToAccept is how many regulations the person has still to accept.
	ToAccept(ctx context.Context, s Subject) (int, error)
	// CloseSession ends a session; an unknown token is no error.
	CloseSession(ctx context.Context, token string) error
}

type subjectKey struct{}

// WithSubject returns a context that carries the subject.
func WithSubject(ctx context.Context, s Subject) context.Context {
	return context.WithValue(ctx, subjectKey{}, s)
}

// SubjectOf returns who sent the request; ok is false on public routes.
func SubjectOf(ctx context.Context) (s Subject, ok bool) {
	s, ok = ctx.Value(subjectKey{}).(Subject)
	return s, ok
}

type siteKey struct{}

// SiteOf returns scheme and host under which a request reached us.
func SiteOf(ctx context.Context) string {
	site, _ := ctx.Value(siteKey{}).(string)
	return site
}

type recheckKey struct{}

// Recheck says whether the person of a request is still signed in. Answers
// that go on for long, such as event streams and web sockets, ask before they
// tell or do anything more: a session may have been closed, an account locked.
func Recheck(ctx context.Context) error {
	if again, ok := ctx.Value(recheckKey{}).(func(context.Context) error); ok {
		return again(ctx)
	}
	return nil
}
