package mail

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"chancery/audit"
	"chancery/kit/errs"
	"chancery/kit/httpx"
	"chancery/policy"
	"chancery/store"
	"chancery/wire/mime"
)

// OneClick are the settings of leaving lists by one click (RFC 8058). Zero
// values mean the documented default.
type OneClick struct {
	Off     bool
	Inside  bool           // lists on this machine and in private networks too, on any port
	RootCAs *x509.CertPool // nil = the system's
	Time    time.Duration  // for the whole request, default 10 s
}

// ErrNoOneClick says that a letter offers no way of leaving its list by one
// click that can be believed.
var ErrNoOneClick = errs.E(errs.Forbidden, "The letter does not prove that its list can be left by one click.")

// maxOneClickHeader bounds the header that is read for the fields.
const maxOneClickHeader = 256 << 10

// Unsubscribe leaves the list that a letter came by, with the request that
// its sender signed (RFC 8058 section 3.2). It returns the host that took it.
func (a *Account) Unsubscribe(ctx context.Context, message int64) (host string, err error) {
	if err := a.can(ctx, policy.Read|policy.Mark); err != nil {
		return "", err
	}
	if a.room.conf.OneClick.Off {
		return "", ErrNoOneClick
	}
	target, err := a.oneClickTarget(ctx, message)
	if err != nil {
		return "", err
	}
	err = a.room.postOneClick(ctx, target)
	entry := audit.By(a.subject, "mail.unsubscribe", a.info.Address+" "+target.Host, err)
	noted := a.room.db.Write(ctx, func(tx *store.Tx) error {
		return audit.Append(ctx, tx, a.room.clock.Now(), entry)
	})
	if err == nil {
		err = noted
	}
	return target.Host, err
}

// oneClickTarget finds where to, and checks that the sender signed it.
func (a *Account) oneClickTarget(ctx context.Context, message int64) (*url.URL, error) {
	src, content, err := a.OpenMessage(ctx, message)
	if err != nil {
		return nil, err
	}
	defer src.Close()
	h, err := content.Message.Root.ReadHeader(src, maxOneClickHeader)
	if err != nil {
		return nil, err
	}
	target := oneClickURL(h)
	if target == nil || !a.room.conf.OneClick.Inside && target.Port() != "" && target.Port() != "443" {
		return nil, ErrNoOneClick
	}
	// RFC 8058 section 4: both fields are covered by a signature that is right.
	domains, err := a.room.origin.Covered(ctx, src.Reader(), "List-Unsubscribe", "List-Unsubscribe-Post")
	if err != nil || len(domains) == 0 {
		return nil, ErrNoOneClick
	}
	return target, nil
}

// oneClickURL returns the one HTTPS address of the field. Two fields of a name
// are none: a signature covers only one of them.
func oneClickURL(h mime.Header) *url.URL {
	where, post := h.All("List-Unsubscribe"), h.All("List-Unsubscribe-Post")
	if len(where) != 1 || len(post) != 1 || !strings.EqualFold(strings.TrimSpace(post[0]), "List-Unsubscribe=One-Click") {
		return nil
	}
	var found *url.URL
	rest := where[0]
	for {
		_, after, ok := strings.Cut(rest, "<")
		if !ok {
			return found
		}
		text, tail, ok := strings.Cut(after, ">")
		if !ok {
			return found
		}
		rest = tail
		// RFC 2369 section 2: white space within the brackets is nothing.
		u, err := url.Parse(strings.Join(strings.Fields(text), ""))
		if err != nil || !strings.EqualFold(u.Scheme, "https") {
			continue
		}
		if found != nil || u.Hostname() == "" || u.User != nil {
			return nil
		}
		found = u
	}
}

// postOneClick sends the request: no cookies, no referrer, no redirects (RFC
// 8058 section 3.1).
func (r *Room) postOneClick(ctx context.Context, target *url.URL) error {
	conf := r.conf.OneClick
	limit := conf.Time
	if limit == 0 {
		limit = 10 * time.Second
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, target.String(), strings.NewReader("List-Unsubscribe=One-Click"))
	if err != nil {
		return ErrNoOneClick
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("User-Agent", "Chancery")
	client := &http.Client{
		Transport:     &http.Transport{DialContext: httpx.Dialer(conf.Inside).DialContext, TLSClientConfig: &tls.Config{RootCAs: conf.RootCAs}, DisableKeepAlives: true, MaxResponseHeaderBytes: 64 << 10},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	res, err := client.Do(req)
	if err != nil {
		r.log.Info("one-click request failed", "host", target.Host, "err", err)
		return errs.Wrap(errs.Unavailable, err, "The list's server %s did not answer.", target.Hostname())
	}
	defer res.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(res.Body, 64<<10))
	if res.StatusCode/100 != 2 {
		return errs.E(errs.Unavailable, "The list's server %s did not take the request (%d).", target.Hostname(), res.StatusCode)
	}
	return nil
}
