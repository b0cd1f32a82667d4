package httpdoor

import (
	"context"
	"time"

	"chancery/policy"
)

// Subject is who is signed in.
type Subject struct {
	policy.Subject        // how rooms know the person
	ID             string // stable, for counting what one person has open
	Name           string
	Language       string
}

// SignInStep is where a sign-in stands: done when there is no ticket, else in
// need of one of the methods.
type SignInStep struct {
	Subject Subject
	Ticket  string
	Methods []string
}

// Identity checks who somebody is. Failures of kind errs.Unauthenticated mean
// a wrong or ended credential, errs.RateLimited too many tries.
type Identity interface {
	// Verify checks a password. Peer is the address of the other end, for the
	// limit on failures.
	Verify(ctx context.Context, address, password, peer string) (Subject, error)
	// SignIn begins the sign-in of a browser, Answer goes on with it.
	SignIn(ctx context.Context, address, password, peer string) (SignInStep, error)
	Answer(ctx context.Context, ticket, method, code, peer string) (SignInStep, error)
	// OpenSession starts a browser session.
	OpenSession(ctx context.Context, s Subject, peer, agent string) (token string, expires time.Time, err error)
	// Session returns whose session a token is, as seen from the peer.
	Session(ctx context.Context, token, peer string) (Subject, error)
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
