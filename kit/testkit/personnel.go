package testkit

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// Personnel stands in for the personnel system of a government, which tells of
// each change by a signed message (Standard Webhooks 1.0: webhook-id,
// webhook-timestamp, webhook-signature). It signs by itself, so that it judges
// what it speaks to.
type Personnel struct {
	URL    string
	Secret string
	Now    func() time.Time
	Client *http.Client
}

// Tell sends a message under an id, as often as it is called, and returns the
// status and the text of the answer.
func (p Personnel) Tell(ctx context.Context, id, body string) (status int, answer string, err error) {
	return p.TellSigned(ctx, id, p.Now(), body, body)
}

// TellSigned sends one body under the signature of another, at any time, as
// somebody on the way would.
func (p Personnel) TellSigned(ctx context.Context, id string, at time.Time, body, signed string) (status int, answer string, err error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, p.URL, strings.NewReader(body))
	if err != nil {
		return 0, "", err
	}
	stamp := fmt.Sprint(at.Unix())
	mac := hmac.New(sha256.New, []byte(p.Secret))
	fmt.Fprintf(mac, "%s.%s.%s", id, stamp, signed)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("webhook-id", id)
	r.Header.Set("webhook-timestamp", stamp)
	// An old key first, as while keys are changed.
	r.Header.Set("webhook-signature", "v1,b2xk v1,"+base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	res, err := p.Client.Do(r)
	if err != nil {
		return 0, "", err
	}
	defer res.Body.Close()
	text, err := io.ReadAll(io.LimitReader(res.Body, 1<<20))
	return res.StatusCode, string(bytes.TrimSpace(text)), err
}
