package sasl

import (
	"encoding/json"
	"errors"
	"strings"
)

// Limits of one message. A token is some 60 bytes here, up to a few KiB
// elsewhere.
const (
	MaxMessage = 8 << 10
	MaxToken   = 4 << 10
)

// ErrSyntax says that a message is not what the mechanism asks for.
var ErrSyntax = errors.New("sasl: not a message of this mechanism")

// Bearer is what a client said. User may be empty with OAUTHBEARER.
type Bearer struct{ User, Token string }

// ParseOAuthBearer reads the client's message of OAUTHBEARER (RFC 7628
// section 3.1): a GS2 header, then key=value pairs, each ended by 0x01.
func ParseOAuthBearer(message []byte) (b Bearer, err error) {
	header, rest, ok := strings.Cut(string(message), "\x01")
	flag, name, comma := strings.Cut(strings.TrimSuffix(header, ","), ",")
	// RFC 5801 section 4: "n" no channel binding, "y" none seen; "p" cannot be met.
	if len(message) > MaxMessage || !ok || !comma && header != "n,," && header != "y,," || flag != "n" && flag != "y" || !strings.HasSuffix(header, ",") {
		return b, ErrSyntax
	}
	if name != "" {
		if b.User, ok = strings.CutPrefix(name, "a="); !ok || strings.Contains(b.User, ",") {
			return b, ErrSyntax
		}
		if b.User, err = unescape(b.User); err != nil {
			return b, err
		}
	}
	b.Token, err = readPairs(rest)
	return b, err
}

// ParseXOAuth2 reads the client's message of XOAUTH2: user=, then auth=.
func ParseXOAuth2(message []byte) (b Bearer, err error) {
	head, rest, ok := strings.Cut(string(message), "\x01")
	user, isUser := strings.CutPrefix(head, "user=")
	if len(message) > MaxMessage || !ok || !isUser || user == "" || strings.ContainsAny(user, "\x00\r\n") {
		return b, ErrSyntax
	}
	b.User = user
	b.Token, err = readPairs(rest)
	return b, err
}

// readPairs finds the token among pairs that end with an empty one.
func readPairs(text string) (token string, err error) {
	text, ok := strings.CutSuffix(text, "\x01\x01")
	if !ok {
		return "", ErrSyntax
	}
	for pair := range strings.SplitSeq(text, "\x01") {
		key, value, ok := strings.Cut(pair, "=")
		if !ok || key == "" || strings.ContainsAny(value, "\x00\r\n") && key == "auth" {
			return "", ErrSyntax
		}
		if key != "auth" { // host, port, and what is yet to come
			continue
		}
		scheme, secret, _ := strings.Cut(value, " ")
		if token != "" || !strings.EqualFold(scheme, "Bearer") || secret == "" || len(secret) > MaxToken {
			return "", ErrSyntax
		}
		token = secret
	}
	if token == "" {
		return "", ErrSyntax
	}
	return token, nil
}

// unescape reads a saslname (RFC 5801 section 4).
func unescape(text string) (string, error) {
	var out strings.Builder
	for {
		before, rest, found := strings.Cut(text, "=")
		out.WriteString(before)
		if !found {
			break
		}
		switch {
		case strings.HasPrefix(rest, "2C"):
			out.WriteByte(',')
		case strings.HasPrefix(rest, "3D"):
			out.WriteByte('=')
		default:
			return "", ErrSyntax
		}
		text = rest[2:]
	}
	if s := out.String(); s == "" || strings.ContainsAny(s, "\x00\r\n\x01") {
		return "", ErrSyntax
	}
	return out.String(), nil
}

// Failure is the challenge that a refused client gets before the refusal (RFC
// 7628 section 3.2.2). Discovery tells it where to get another token. XOAUTH2
// has a status of its own.
func Failure(mechanism, discovery string) []byte {
	out := struct {
		Status    string `json:"status"`
		Schemes   string `json:"schemes,omitempty"`
		Scope     string `json:"scope"`
		Discovery string `json:"openid-configuration,omitempty"`
	}{Status: "invalid_token", Scope: "mail", Discovery: discovery}
	if mechanism == "XOAUTH2" {
		out.Status, out.Schemes, out.Discovery = "401", "bearer", ""
	}
	b, err := json.Marshal(out)
	if err != nil {
		return []byte(`{"status":"invalid_token"}`) // cannot be: plain strings
	}
	return b
}
