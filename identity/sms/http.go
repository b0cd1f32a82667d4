package sms

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/netip"
	"net/url"
	"regexp"
	"strings"
	"time"

	"chancery/kit/errs"
	"chancery/kit/id"
)

// HTTPConfig is the form of a provider's request. In URL and Body stand {to}
// (+886912345678), {digits} (without +), {local} (as dialled at home), {text},
// {id} (made anew for each), {user} and {password}; each is escaped for where
// it stands. In headers stand {user}, {password} and {basic}.
type HTTPConfig struct {
	Method      string // default GET, with a body POST
	URL         string
	Headers     []string // "Name: value"
	Body        string
	ContentType string // of the body; default application/x-www-form-urlencoded
	Success     string // regular expression that the answer has to match; "" = any 2xx
	User        string
	Password    string
	Country     string         // for {local}
	Roots       *x509.CertPool // nil: those of the machine
	Plain       bool           // http: also beyond this machine
	Timeout     time.Duration  // default 10 s
}

// httpGateway is a provider that takes messages by HTTP, such as Kannel's
// sendsms or a telephone company's form.
type httpGateway struct {
	conf    HTTPConfig
	header  http.Header
	escape  func(string) string
	success *regexp.Regexp
	client  *http.Client
}

const maxAnswer = 64 << 10

// NewHTTP checks the form of a provider's request.
func NewHTTP(conf HTTPConfig) (Gateway, error) {
	// Nothing of a message may choose where it goes.
	scheme, rest, _ := strings.Cut(conf.URL, "://")
	host, _, _ := strings.Cut(rest, "/")
	host, _, _ = strings.Cut(host, "?")
	u, err := url.Parse(scheme + "://" + host)
	if err != nil || u.Hostname() == "" || u.User != nil || strings.ContainsAny(host, "{}") || scheme != "http" && scheme != "https" {
		return nil, errs.E(errs.Invalid, "the URL needs https:// and a host without placeholders or a password")
	}
	if scheme == "http" && !conf.Plain && !loopback(u.Hostname()) {
		return nil, errs.E(errs.Invalid, "codes and passwords would leave this machine without TLS: use https, or allow it by plain")
	}
	g := &httpGateway{conf: conf, header: http.Header{}}
	if g.conf.Method == "" {
		g.conf.Method = http.MethodGet
		if conf.Body != "" {
			g.conf.Method = http.MethodPost
		}
	}
	if g.conf.Method != http.MethodGet && g.conf.Method != http.MethodPost && g.conf.Method != http.MethodPut {
		return nil, errs.E(errs.Invalid, "the method is one of GET, POST, PUT")
	}
	if g.conf.ContentType == "" {
		g.conf.ContentType = "application/x-www-form-urlencoded"
	}
	if g.escape, err = escaper(g.conf.ContentType); err != nil {
		return nil, err
	}
	if err := g.headers(); err != nil {
		return nil, err
	}
	if g.success, err = regexp.Compile(conf.Success); err != nil {
		return nil, errs.Wrap(errs.Invalid, err, "the pattern of success is none")
	}
	if g.conf.Timeout <= 0 {
		g.conf.Timeout = 10 * time.Second
	}
	g.client = &http.Client{
		Timeout:       g.conf.Timeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }, // the message is for this host only
		Transport:     &http.Transport{TLSClientConfig: &tls.Config{RootCAs: conf.Roots, MinVersion: tls.VersionTLS12}, MaxIdleConnsPerHost: 4, IdleConnTimeout: time.Minute, MaxResponseHeaderBytes: maxAnswer},
	}
	return g, nil
}

func loopback(host string) bool {
	a, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && a.IsLoopback()
}

// headers reads the headers that go with each request.
func (g *httpGateway) headers() error {
	own := strings.NewReplacer("{user}", g.conf.User, "{password}", g.conf.Password,
		"{basic}", base64.StdEncoding.EncodeToString([]byte(g.conf.User+":"+g.conf.Password)))
	for _, h := range g.conf.Headers {
		name, value, ok := strings.Cut(h, ":")
		name, value = strings.TrimSpace(name), own.Replace(strings.TrimSpace(value))
		if !ok || !token.MatchString(name) || strings.ContainsFunc(value, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }) {
			return errs.E(errs.Invalid, "a header is %q: a name, a colon, a value", "Name: value")
		}
		g.header.Add(name, value)
	}
	return nil
}

var token = regexp.MustCompile("^[!#$%&'*+.^_`|~0-9A-Za-z-]+$") // RFC 9110 section 5.6.2

// escaper returns how text is written within a body of a kind.
func escaper(contentType string) (func(string) string, error) {
	kind, _, err := mime.ParseMediaType(contentType)
	switch {
	case err != nil:
	case kind == "application/x-www-form-urlencoded":
		return inQuery, nil
	case kind == "application/json" || strings.HasSuffix(kind, "+json"):
		return inJSON, nil
	case kind == "text/xml" || kind == "application/xml" || strings.HasSuffix(kind, "+xml"):
		return inXML, nil
	}
	return nil, errs.E(errs.Invalid, "the content type is a form, JSON or XML")
}

// inQuery escapes for a form and for any place of a URL behind the host.
func inQuery(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "+", "%20") }

func inJSON(s string) string {
	b, err := json.Marshal(s)
	if err != nil {
		return "" // a string is always written
	}
	return string(b[1 : len(b)-1])
}

func inXML(s string) string {
	var b strings.Builder
	if xml.EscapeText(&b, []byte(s)) != nil {
		return "" // a Builder takes everything
	}
	return b.String()
}

// fill writes a message into a template, in one pass: what looks like a
// placeholder within the text stays text.
func (g *httpGateway) fill(template string, m Message, escape func(string) string) string {
	return strings.NewReplacer("{to}", escape(m.To), "{digits}", escape(strings.TrimPrefix(m.To, "+")), "{local}", escape(local(m.To, g.conf.Country)),
		"{text}", escape(m.Text), "{id}", escape(id.Token(10)), "{user}", escape(g.conf.User), "{password}", escape(g.conf.Password)).Replace(template)
}

// Send makes the request.
func (g *httpGateway) Send(ctx context.Context, m Message) error {
	var body io.Reader
	if g.conf.Body != "" {
		body = strings.NewReader(g.fill(g.conf.Body, m, g.escape))
	}
	r, err := http.NewRequestWithContext(ctx, g.conf.Method, g.fill(g.conf.URL, m, inQuery), body)
	if err != nil {
		return errs.E(errs.Invalid, "the gateway's URL cannot be made")
	}
	r.Header = g.header.Clone()
	if body != nil {
		r.Header.Set("Content-Type", g.conf.ContentType)
	}
	res, err := g.client.Do(r)
	if err != nil {
		return errs.Wrap(errs.Unavailable, bare(err), "the gateway cannot be reached")
	}
	defer res.Body.Close()
	text, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	if err != nil {
		return errs.Wrap(errs.Unavailable, bare(err), "the gateway's answer broke off")
	}
	switch {
	case res.StatusCode == http.StatusBadRequest || res.StatusCode == http.StatusUnprocessableEntity:
		return errs.E(errs.Invalid, "the gateway answered %d", res.StatusCode)
	case res.StatusCode < 200 || res.StatusCode > 299:
		return errs.E(errs.Unavailable, "the gateway answered %d", res.StatusCode)
	case !g.success.Match(text):
		return errs.E(errs.Unavailable, "the gateway's answer is not the one of success")
	}
	return nil
}

// bare takes the URL out of an error: number, text and password stand in it.
func bare(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}

// Close closes what is open to the gateway.
func (g *httpGateway) Close() error {
	g.client.CloseIdleConnections()
	return nil
}
