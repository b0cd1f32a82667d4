package testkit

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
)

// Numbers that the program of a card answers with, and what the card itself said.
const (
	CardNoTBS     = 0x76000003
	CardAbsent    = 0x76000006
	CardBadJSON   = 0x7600000B
	CardUnknown   = 0x7600000E // a function that it does not have
	CardNoSite    = 0x76000031 // the site was not allowed
	CardNoPIN     = 0x76000998
	CardNoReader  = 0x76100003
	CardLogin     = 0x76100006
	CardSignFails = 0x76300004

	CardWrongPIN  = 0xA0
	CardLocked    = 0xA4
	CardOneLeft   = -0x7FFFFFFF // as the program writes 0x80000001
	CardTwoLeft   = -0x7FFFFFFE
	cardMostTries = 3
)

// CardProgram stands in for the program that people with a card run beside
// their reader (HiCOS, the HiPKI local server on port 61161 of loopback), with
// its own wire format: a page that is opened in a window, says that it is
// there, takes one request, and answers as the program answers its form.
type CardProgram struct {
	PIN    string
	Serial string                                                         // of the card
	Sign   func(ctx context.Context, text []byte) (der []byte, err error) // a CMS SignedData of the text

	mu     sync.Mutex
	fails  int64 // what every request is answered with; 0 = sign
	silent bool  // the window says nothing
	wrong  int   // PINs since the right one
	asked  int
}

// Fail has every request answered by a number, 0 for none.
func (c *CardProgram) Fail(code int64) { c.mu.Lock(); c.fails = code; c.mu.Unlock() }

// Silence has the window say nothing, as where another program holds the port.
func (c *CardProgram) Silence(on bool) { c.mu.Lock(); c.silent = on; c.mu.Unlock() }

// Unlock takes another card, with all its tries.
func (c *CardProgram) Unlock() { c.mu.Lock(); c.wrong = 0; c.mu.Unlock() }

// Asked is how often a signature was asked for.
func (c *CardProgram) Asked() int { c.mu.Lock(); defer c.mu.Unlock(); return c.asked }

// popupForm is the page of the window. What it is told goes into a form as it
// stands, so that who writes to it escapes what a form would read otherwise.
const popupForm = `<!doctype html><meta charset="utf-8"><title>popupForm</title><script>
window.addEventListener('message', function (e) {
  var asked = JSON.parse(e.data), x = new XMLHttpRequest()
  x.open('POST', asked.func === 'MakeSignature' ? '/sign' : '/unknown')
  x.setRequestHeader('Content-Type', 'application/x-www-form-urlencoded')
  x.onload = function () { window.opener.postMessage(x.responseText, '*'); window.close() }
  x.send('tbsPackage=' + e.data)
})
SAY window.opener.postMessage(JSON.stringify({ func: 'getTbs' }), '*')
</script>`

// ServeHTTP is the program. It sends no CORS headers, as the real one does not.
func (c *CardProgram) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch r.URL.Path {
	case "/popupForm":
		c.mu.Lock()
		say := map[bool]string{true: "//", false: ""}[c.silent]
		c.mu.Unlock()
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = io.WriteString(w, strings.Replace(popupForm, "SAY", say, 1))
	case "/sign":
		body, err := io.ReadAll(io.LimitReader(r.Body, 1<<16))
		if err != nil {
			return
		}
		c.answer(w, c.sign(r.Context(), string(body)))
	case "/unknown":
		c.answer(w, cardAnswer{Code: CardUnknown})
	default:
		http.NotFound(w, r)
	}
}

// cardAnswer is what the program says; the names are its own.
type cardAnswer struct {
	Func      string `json:"func"`
	Code      int64  `json:"ret_code"`
	Last      int64  `json:"last_error"`
	Signature string `json:"signature,omitempty"`
	Serial    string `json:"cardSN,omitempty"`
}

func (c *CardProgram) answer(w http.ResponseWriter, a cardAnswer) {
	a.Func = "sign"
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(a)
}

func (c *CardProgram) sign(ctx context.Context, form string) cardAnswer {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.asked++
	if c.fails != 0 {
		return cardAnswer{Code: c.fails}
	}
	var in struct{ Func, Tbs, TbsEncoding, HashAlgorithm, Pin, SignatureType string }
	packed, ok := strings.CutPrefix(form, "tbsPackage=")
	text, err := url.QueryUnescape(packed)
	if !ok || err != nil || json.Unmarshal([]byte(text), &in) != nil {
		return cardAnswer{Code: CardBadJSON}
	}
	tbs := []byte(in.Tbs)
	if in.TbsEncoding == "base64" {
		if tbs, err = base64.StdEncoding.DecodeString(in.Tbs); err != nil {
			return cardAnswer{Code: CardBadJSON}
		}
	}
	switch {
	case in.Func != "MakeSignature" || in.SignatureType != "PKCS7" || in.HashAlgorithm != "SHA256":
		return cardAnswer{Code: CardUnknown}
	case len(tbs) == 0:
		return cardAnswer{Code: CardNoTBS}
	case in.Pin == "":
		return cardAnswer{Code: CardNoPIN}
	case c.wrong >= cardMostTries:
		return cardAnswer{Code: CardLogin, Last: CardLocked}
	case in.Pin != c.PIN:
		c.wrong++
		return cardAnswer{Code: CardLogin, Last: []int64{CardTwoLeft, CardOneLeft, CardLocked}[c.wrong-1]}
	}
	c.wrong = 0
	der, err := c.Sign(ctx, tbs)
	if err != nil {
		return cardAnswer{Code: CardSignFails, Last: 6}
	}
	return cardAnswer{Signature: base64.StdEncoding.EncodeToString(der), Serial: c.Serial}
}

// SignCMS has OpenSSL sign a text in a folder, the text within the signature
// as the program of cards writes it; words name certificate and key, env what
// a token needs.
func SignCMS(ctx context.Context, dir string, env []string, text []byte, words ...string) ([]byte, error) {
	own, err := os.MkdirTemp(dir, "sign")
	if err != nil {
		return nil, err
	}
	in := filepath.Join(own, "text")
	if err := os.WriteFile(in, text, 0o600); err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, "openssl", append([]string{"cms", "-sign", "-binary", "-nodetach", "-outform", "DER", "-in", in, "-out", in + ".p7s"}, words...)...)
	cmd.Dir, cmd.Env = dir, append(os.Environ(), env...)
	if out, err := cmd.CombinedOutput(); err != nil {
		return nil, errors.New(err.Error() + ": " + string(out))
	}
	return os.ReadFile(in + ".p7s")
}
