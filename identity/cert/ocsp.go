package cert

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"slices"
	"time"

	"chancery/kit/errs"

	"golang.org/x/crypto/ocsp"
)

// maxAnswered bounds the answers of responders that are remembered.
const maxAnswered = 10_000

// answered is what a responder said of a certificate.
type answered struct {
	standing standing
	at       time.Time // when it was asked; zero values of both when it did not answer
	until    time.Time // of the answer itself
	failed   time.Time
}

// byResponder asks an OCSP responder (RFC 6960).
func (v *revoker) byResponder(ctx context.Context, at string, c, issuer *x509.Certificate) standing {
	if !v.allowed(at) {
		return unknown
	}
	sum := sha256.Sum256(slices.Concat([]byte(at), []byte{0}, issuer.Raw, c.Raw))
	key := hex.EncodeToString(sum[:])
	now := v.clock.Now()
	v.mu.Lock()
	known := v.answered[key]
	v.mu.Unlock()
	if known.standing != unknown && now.Sub(known.at) < v.conf.Answer && !now.After(known.until) {
		return known.standing
	}
	if known.failed.IsZero() || now.Sub(known.failed) >= v.conf.Pause {
		next, err := v.respond(ctx, at, c, issuer)
		switch {
		case err == nil:
			known = next
		default:
			v.log.Error("cert: a responder does not answer as it should", "address", at, "error", err)
			known.failed = now
		}
		v.remember(key, known)
		if err == nil {
			return known.standing
		}
	}
	// It is down: what it said last holds until its time is over, and the
	// grace that was set. Revoked stays revoked.
	if known.standing == revoked || known.standing == good && !now.After(known.until.Add(v.conf.Grace)) {
		return known.standing
	}
	return unknown
}

func (v *revoker) remember(key string, a answered) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if len(v.answered) >= maxAnswered {
		clear(v.answered)
	}
	v.answered[key] = a
}

// respond asks once. The answer is of its time, about the certificate, and
// signed by the issuer or by whom the issuer lets answer.
func (v *revoker) respond(ctx context.Context, at string, c, issuer *x509.Certificate) (a answered, err error) {
	question, err := ocsp.CreateRequest(c, issuer, nil)
	if err != nil {
		return a, err
	}
	text, err := v.ask(ctx, at, question, "application/ocsp-request", v.conf.MaxAnswer)
	if err != nil {
		return a, err
	}
	res, err := ocsp.ParseResponseForCert(text, c, nil)
	if err != nil {
		return a, err
	}
	now := v.clock.Now()
	if err := signer(res, issuer, now); err != nil {
		return a, err
	}
	until := res.NextUpdate
	if until.IsZero() { // newer information is always to be had (RFC 6960 section 4.2.2.1)
		until = res.ThisUpdate
	}
	until = until.Add(v.conf.Skew)
	if res.ThisUpdate.After(now.Add(v.conf.Skew)) || now.After(until) {
		return a, errs.E(errs.Invalid, "the answer is not of its time: from %s", res.ThisUpdate)
	}
	a = answered{at: now, until: until}
	switch res.Status {
	case ocsp.Good:
		a.standing = good
	case ocsp.Revoked:
		a.standing = revoked
	}
	return a, nil
}

// signer says who may sign an answer (RFC 6960 section 4.2.2.2): the issuer
// itself, or a certificate from it that says so. Without the latter every
// certificate of the authority could let every other one in.
func signer(res *ocsp.Response, issuer *x509.Certificate, now time.Time) error {
	by := res.Certificate
	if by == nil || bytes.Equal(by.Raw, issuer.Raw) {
		return res.CheckSignatureFrom(issuer)
	}
	if err := res.CheckSignatureFrom(by); err != nil {
		return err
	}
	if !bytes.Equal(by.RawIssuer, issuer.RawSubject) {
		return errs.E(errs.Invalid, "the signer of the answer is not from the issuer")
	}
	if err := by.CheckSignatureFrom(issuer); err != nil {
		return err
	}
	if !slices.Contains(by.ExtKeyUsage, x509.ExtKeyUsageOCSPSigning) {
		return errs.E(errs.Invalid, "the signer of the answer may not sign answers")
	}
	if now.Before(by.NotBefore) || now.After(by.NotAfter) {
		return errs.E(errs.Invalid, "the signer of the answer is not valid any more, or not yet")
	}
	return nil
}

func isCritical(e pkix.Extension) bool { return e.Critical }
