package sasl

import (
	"strings"
	"testing"
)

var samples = []struct {
	name, mechanism, message string
	want                     Bearer
	bad                      bool
}{
	{"RFC 7628 section 4.1", "OAUTHBEARER", "n,a=user@example.com,\x01host=server.example.com\x01port=143\x01auth=Bearer vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==\x01\x01", Bearer{"user@example.com", "vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg=="}, false},
	{"no name", "OAUTHBEARER", "n,,\x01auth=Bearer tok\x01\x01", Bearer{"", "tok"}, false},
	{"channel binding not seen", "OAUTHBEARER", "y,,\x01auth=bearer tok\x01\x01", Bearer{"", "tok"}, false},
	{"name with comma and equals", "OAUTHBEARER", "n,a=a=2Cb=3Dc@x,\x01auth=Bearer tok\x01\x01", Bearer{"a,b=c@x", "tok"}, false},
	{"name badly escaped", "OAUTHBEARER", "n,a=a=2cb,\x01auth=Bearer tok\x01\x01", Bearer{}, true},
	{"channel binding wanted", "OAUTHBEARER", "p=tls-unique,,\x01auth=Bearer tok\x01\x01", Bearer{}, true},
	{"no token", "OAUTHBEARER", "n,,\x01host=x\x01\x01", Bearer{}, true},
	{"two tokens", "OAUTHBEARER", "n,,\x01auth=Bearer a\x01auth=Bearer b\x01\x01", Bearer{}, true},
	{"not ended", "OAUTHBEARER", "n,,\x01auth=Bearer a\x01", Bearer{}, true},
	{"another scheme", "OAUTHBEARER", "n,,\x01auth=Basic a\x01\x01", Bearer{}, true},
	{"header not ended", "OAUTHBEARER", "n,a=x\x01auth=Bearer a\x01\x01", Bearer{}, true},
	{"empty", "OAUTHBEARER", "", Bearer{}, true},
	{"too long a token", "OAUTHBEARER", "n,,\x01auth=Bearer " + strings.Repeat("a", MaxToken+1) + "\x01\x01", Bearer{}, true},
	{"plain", "XOAUTH2", "user=someuser@example.com\x01auth=Bearer ya29.vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGEuY29tCg\x01\x01", Bearer{"someuser@example.com", "ya29.vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGEuY29tCg"}, false},
	{"no user", "XOAUTH2", "auth=Bearer a\x01\x01", Bearer{}, true},
	{"empty user", "XOAUTH2", "user=\x01auth=Bearer a\x01\x01", Bearer{}, true},
	{"NUL in the token", "XOAUTH2", "user=a\x01auth=Bearer a\x00b\x01\x01", Bearer{}, true},
}

func parse(mechanism string, message []byte) (Bearer, error) {
	if mechanism == "XOAUTH2" {
		return ParseXOAuth2(message)
	}
	return ParseOAuthBearer(message)
}

// TestParse reads good and bad messages of both mechanisms.
func TestParse(t *testing.T) {
	for _, s := range samples {
		got, err := parse(s.mechanism, []byte(s.message))
		if (err != nil) != s.bad || err == nil && got != s.want {
			t.Errorf("%s: %+v, %v", s.name, got, err)
		}
	}
}

// TestFailure holds the challenges to the letter.
func TestFailure(t *testing.T) {
	for mechanism, want := range map[string]string{
		"OAUTHBEARER": `{"status":"invalid_token","scope":"mail","openid-configuration":"https://mail.city.example/.well-known/openid-configuration"}`,
		"XOAUTH2":     `{"status":"401","schemes":"bearer","scope":"mail"}`,
	} {
		if got := string(Failure(mechanism, "https://mail.city.example/.well-known/openid-configuration")); got != want {
			t.Errorf("%s: %s", mechanism, got)
		}
	}
}

// FuzzBearer holds that whatever is read holds no control characters and a token.
func FuzzBearer(f *testing.F) {
	for _, s := range samples {
		f.Add(s.mechanism == "XOAUTH2", []byte(s.message))
	}
	f.Fuzz(func(t *testing.T, old bool, message []byte) {
		mechanism := map[bool]string{true: "XOAUTH2", false: "OAUTHBEARER"}[old]
		b, err := parse(mechanism, message)
		if err != nil {
			return
		}
		if b.Token == "" || len(b.Token) > MaxToken || strings.ContainsAny(b.Token+b.User, "\x00\x01\r\n") || old && b.User == "" {
			t.Errorf("%q: %+v", message, b)
		}
	})
}
