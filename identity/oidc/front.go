package oidc

import (
	"context"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"chancery/identity/sso"
	"chancery/kit/errs"
	"chancery/kit/id"
	"chancery/policy"
	"chancery/store"
)

// pathFarewell is the page that tells other systems that a session is over
// (Front-Channel Logout 1.0): it loads an address of each in a frame.
const pathFarewell = "/oauth/signed-out"

const (
	maxFrames = 20              // systems that one page tells
	stayFor   = 5 * time.Second // for them to answer, before the browser goes on all the same
)

// Farewell returns where a browser goes whose session has ended: to, or first
// the page that tells the systems which were signed on to in that session.
// Except names the one that asked for it, which knows.
func (p *Provider) Farewell(ctx context.Context, who policy.Subject, issuer, to, except string) (string, error) {
	g := goodbye{org: who.Org, account: who.Account, session: strconv.FormatInt(who.Session, 36), except: except, to: to}
	if who.Account == 0 || who.Session == 0 {
		return to, nil
	}
	if err := p.over(ctx, who.Org, who.Account, who.Session); err != nil {
		return to, err
	}
	frames, err := p.frames(ctx, g, issuer)
	if err != nil || len(frames) == 0 {
		return to, err
	}
	seal, err := p.sealGoodbye(ctx, g)
	return issuer + pathFarewell + "?" + url.Values{"o": {strconv.FormatInt(g.org, 36)}, "a": {strconv.FormatInt(g.account, 36)}, "s": {g.session}, "x": {g.except}, "to": {g.to}, "seal": {seal}}.Encode(), err
}

// goodbye is what the page is about. It is in its address, sealed: nobody else
// can make one, so that the page leads nowhere but where we say.
type goodbye struct {
	org, account        int64
	session, except, to string
}

func (p *Provider) sealGoodbye(ctx context.Context, g goodbye) (string, error) {
	return p.masked(ctx, "goodbye", strconv.FormatInt(g.org, 36), strconv.FormatInt(g.account, 36), g.session, g.except, g.to)
}

// frames are the addresses of the systems that were signed on to in a session
// and want to be told (section 3): with the issuer and the session, by the name
// that the system has for it.
func (p *Provider) frames(ctx context.Context, g goodbye, issuer string) (list []string, err error) {
	var grants []grant
	var clients []Client
	err = p.db.Read(ctx, func(tx *store.Tx) (err error) {
		if grants, err = selectGrants(ctx, tx, g.org, g.account); err == nil {
			clients, err = selectClients(ctx, tx, g.org, "")
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	for _, c := range clients {
		if c.FrontLogout == "" || c.ID == g.except || !slices.ContainsFunc(grants, func(x grant) bool { return x.client == c.ID && x.sid == g.session }) {
			continue
		}
		sid, err := p.shownSession(ctx, c, g.session)
		if err != nil {
			return nil, err
		}
		u, err := url.Parse(c.FrontLogout)
		if err != nil {
			return nil, err
		}
		q := u.Query()
		q.Set("iss", issuer)
		q.Set("sid", sid)
		u.RawQuery = q.Encode()
		if list = append(list, u.String()); len(list) == maxFrames {
			break
		}
	}
	return list, nil
}

// checkGoodbyes refuses addresses for frames, and for us to post to, that are
// not where the client's answers go (section 2: scheme, host and port of a
// registered redirect). For posts no standard asks it; so nobody has us knock
// at whatever is within our own network.
func (c Client) checkGoodbyes() error {
	for _, address := range []string{c.FrontLogout, c.BackLogout} {
		if address == "" {
			continue
		}
		u, err := checkAddress(address, false)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(c.Redirects, func(text string) bool {
			have, err := url.Parse(text)
			return err == nil && have.Scheme == u.Scheme && have.Host == u.Host
		}) {
			return errs.E(errs.Invalid, "%q is not on a host that answers go to.", address)
		}
	}
	return nil
}

// farewellWords are title and link by language.
var farewellWords = map[string][2]string{
	"en": {"You are being signed out of other systems.", "Go on"}, "zh-TW": {"正在登出其他系統。", "繼續"}, "zh-CN": {"正在退出其他系统。", "继续"},
	"vi": {"Đang đăng xuất khỏi các hệ thống khác.", "Tiếp tục"}, "ko": {"다른 시스템에서 로그아웃하고 있습니다.", "계속"},
}

var farewellPage = template.Must(template.New("").Parse(`<!DOCTYPE html>
<html lang="{{.Language}}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{{index .Words 0}}</title>
<style nonce="{{.Nonce}}">:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif } body { max-width: 28em; margin: 20vh auto; padding: 0 16px; text-align: center } h1 { font-size: 1.25rem; font-weight: 600 } iframe { display: none }</style>
</head>
<body>
<h1>{{index .Words 0}}</h1>
<p><a href="{{.To}}">{{index .Words 1}}</a></p>
{{range .Frames}}<iframe src="{{.}}" title="" sandbox="allow-same-origin allow-scripts"></iframe>
{{end}}<script nonce="{{.Nonce}}">const go = () => location.replace({{.To}}); addEventListener('load', go); setTimeout(go, {{.Wait}})</script>
</body>
</html>
`))

// farewell writes the page. It needs no session: that has ended.
func (h handlers) farewell(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	g := goodbye{session: q.Get("s"), except: q.Get("x"), to: q.Get("to")}
	g.org, _ = strconv.ParseInt(q.Get("o"), 36, 64) // what is no number has another seal
	g.account, _ = strconv.ParseInt(q.Get("a"), 36, 64)
	seal, err := h.p.sealGoodbye(r.Context(), g)
	if err == nil && !sso.Same(seal, q.Get("seal")) {
		err = errs.E(errs.Forbidden, "This address is not one of ours.")
	}
	var frames []string
	if err == nil {
		frames, err = h.p.frames(r.Context(), g, h.web.BaseURL(r))
	}
	if err != nil {
		h.fail(w, err)
		return
	}
	var origins []string
	for _, f := range frames {
		if u, err := url.Parse(f); err == nil {
			origins = append(origins, u.Scheme+"://"+u.Host)
		}
	}
	nonce, language := id.Token(16), languageOf(r.Header.Get("Accept-Language"))
	slices.Sort(origins)
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'nonce-"+nonce+"'; script-src 'nonce-"+nonce+"'; frame-src "+strings.Join(slices.Compact(origins), " ")+"; frame-ancestors 'none'; base-uri 'none'; form-action 'none'")
	w.Header().Set("Referrer-Policy", "no-referrer")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_ = farewellPage.Execute(w, map[string]any{"Language": language, "Words": farewellWords[language], "Frames": frames, "To": g.to, "Wait": stayFor.Milliseconds(), "Nonce": nonce}) // nobody is left to tell
}

// languageOf is the first language of a browser that we have.
func languageOf(header string) string {
	for one := range strings.SplitSeq(header, ",") {
		tag, _, _ := strings.Cut(strings.ToLower(strings.TrimSpace(one)), ";")
		switch base, _, _ := strings.Cut(tag, "-"); {
		case tag == "zh-cn" || tag == "zh-sg" || strings.HasPrefix(tag, "zh-hans"):
			return "zh-CN"
		case base == "zh":
			return "zh-TW"
		case base == "vi" || base == "ko" || base == "en":
			return base
		}
	}
	return "en"
}
