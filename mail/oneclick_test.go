package mail

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"chancery/audit"
	"chancery/kit/errs"
	"chancery/kit/testkit"
	"chancery/wire/mailauth"
	"chancery/wire/mime"

	"github.com/emersion/go-msgauth/dkim"
)

// keyOf answers for one DKIM key.
type keyOf struct{ text string }

func (k keyOf) LookupTXT(_ context.Context, name string) ([]string, error) {
	if strings.TrimSuffix(name, ".") == "k._domainkey.list.example" {
		return []string{k.text}, nil
	}
	return nil, nobody
}
func (keyOf) LookupMX(context.Context, string) ([]*net.MX, error)        { return nil, nobody }
func (keyOf) LookupIPAddr(context.Context, string) ([]net.IPAddr, error) { return nil, nobody }
func (keyOf) LookupAddr(context.Context, string) ([]string, error)       { return nil, nobody }

// listServer counts what it is asked.
type listServer struct {
	*httptest.Server
	mu    sync.Mutex
	asked []string
}

func newListServer(t *testing.T) *listServer {
	s := &listServer{}
	s.Server = httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		s.mu.Lock()
		s.asked = append(s.asked, fmt.Sprintf("%s %s %s %s cookies=%d referer=%q", r.Method, r.URL, r.Header.Get("Content-Type"), b, len(r.Cookies()), r.Referer()))
		s.mu.Unlock()
		switch r.URL.Path {
		case "/moved":
			http.Redirect(w, r, "/u", http.StatusTemporaryRedirect)
		case "/no":
			w.WriteHeader(http.StatusForbidden)
		}
	}))
	t.Cleanup(s.Close)
	return s
}

// TestUnsubscribe leaves lists whose letters prove that they may be left so,
// and no others.
func TestUnsubscribe(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		p := newPostOffice(t, url, Outbound{})
		ctx := t.Context()
		s := newListServer(t)
		public, private, err := ed25519.GenerateKey(rand.Reader)
		check(t, err)
		p.room.origin = mailauth.New(mailauth.Config{Resolver: keyOf{"v=DKIM1; k=ed25519; p=" + base64.StdEncoding.EncodeToString(public)}})
		pool := x509.NewCertPool()
		pool.AddCert(s.Certificate())
		p.room.conf.OneClick = OneClick{Inside: true, RootCAs: pool}
		put := func(fields string, sign []string, more string) int64 {
			t.Helper()
			text := "From: news@list.example\r\nSubject: News\r\n" + fields + "\r\nHello\r\n"
			if sign != nil {
				var out bytes.Buffer
				check(t, dkim.Sign(&out, strings.NewReader(text), &dkim.SignOptions{Domain: "list.example", Selector: "k", Signer: private, HeaderKeys: append([]string{"From"}, sign...)}))
				text = out.String()
			}
			return p.append(t, p.ann, inboxID, more+text).ID
		}
		both := []string{"List-Unsubscribe", "List-Unsubscribe-Post"}
		at := func(path string) string {
			return "List-Unsubscribe: <mailto:off@list.example>, <" + s.URL + path + ">\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"
		}
		for _, c := range []struct {
			name string
			id   int64
			kind errs.Kind // 0: it works
		}{
			{"unsigned", put(at("/u"), nil, ""), errs.Forbidden},
			{"signed without the fields", put(at("/u"), []string{"Subject"}, ""), errs.Forbidden},
			{"signed without the second field", put(at("/u"), both[:1], ""), errs.Forbidden},
			{"another field on top", put(at("/u"), both, "List-Unsubscribe: <"+s.URL+"/evil>\r\n"), errs.Forbidden},
			{"no such request", put("List-Unsubscribe: <"+s.URL+"/u>\r\n", both[:1], ""), errs.Forbidden},
			{"plain http", put("List-Unsubscribe: <http://list.example/u>\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n", both, ""), errs.Forbidden},
			{"it moved", put(at("/moved"), both, ""), errs.Unavailable},
			{"it refuses", put(at("/no"), both, ""), errs.Unavailable},
			{"signed", put(at("/u?x=1"), both, "Received: from a by b; Mon, 2 Mar 2026 12:00:00 +0000\r\n"), 0},
		} {
			s.asked = nil
			host, err := p.ann.Unsubscribe(ctx, c.id)
			switch {
			case c.kind == 0 && (err != nil || host == "" || len(s.asked) != 1 || s.asked[0] != `POST /u?x=1 application/x-www-form-urlencoded List-Unsubscribe=One-Click cookies=0 referer=""`):
				t.Errorf("%s: %q %v %q", c.name, host, err, s.asked)
			case c.kind != 0 && !errs.Is(err, c.kind):
				t.Errorf("%s: %v", c.name, err)
			case c.kind == errs.Forbidden && len(s.asked) > 0:
				t.Errorf("%s: the server was asked: %q", c.name, s.asked)
			}
		}
		good := put(at("/u"), both, "")
		s.asked = nil
		p.room.conf.OneClick = OneClick{RootCAs: pool}
		if _, err := p.ann.Unsubscribe(ctx, good); err == nil || len(s.asked) > 0 {
			t.Errorf("a server in the office was asked: %v %q", err, s.asked)
		}
		if _, err := p.bob.Unsubscribe(ctx, good); !errs.Is(err, errs.NotFound) {
			t.Errorf("another's letter: %v", err)
		}
		found := false
		for _, e := range must(audit.List(ctx, p.db, 1, 50)) {
			found = found || e.Verb == "mail.unsubscribe" && strings.HasPrefix(e.Object, "ann@city.example 127.0.0.1:")
		}
		if !found {
			t.Error("it was not recorded")
		}
	})
}

func TestOneClickURL(t *testing.T) {
	const post = "List-Unsubscribe=One-Click"
	for _, c := range []struct{ where, post, want string }{
		{"<https://a.example/x>", post, "https://a.example/x"},
		{"<mailto:a@b>, <HTTPS://a.example/\r\n x>", " list-unsubscribe=one-click ", "https://a.example/x"},
		{"<https://a.example/x>, <https://b.example/y>", post, ""},
		{"<https://u:p@a.example/x>", post, ""},
		{"<https:///x>", post, ""},
		{"<https://a.example/x", post, ""},
		{"https://a.example/x", post, ""},
		{"<https://a.example/x>", "", ""},
		{"<https://%zz/>", post, ""},
	} {
		u := oneClickURL(mime.Header{{Name: "List-Unsubscribe", Value: c.where}, {Name: "List-Unsubscribe-Post", Value: c.post}})
		if got := fmt.Sprint(u); u == nil && c.want != "" || u != nil && got != c.want {
			t.Errorf("%q: %v", c.where, u)
		}
	}
}

// FuzzOneClickURL says that only https without a sign-in comes out.
func FuzzOneClickURL(f *testing.F) {
	f.Add("<https://a.example/x>, <mailto:b@c>")
	f.Add("<https://u@a/\r\n x><https://")
	f.Fuzz(func(t *testing.T, where string) {
		u := oneClickURL(mime.Header{{Name: "List-Unsubscribe", Value: where}, {Name: "List-Unsubscribe-Post", Value: "List-Unsubscribe=One-Click"}})
		if u != nil && (!strings.EqualFold(u.Scheme, "https") || u.User != nil || u.Hostname() == "") {
			t.Errorf("%q: %v", where, u)
		}
	})
}
