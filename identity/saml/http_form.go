package saml

import (
	"crypto/sha256"
	"encoding/base64"
	"html/template"
	"net/http"
	"strings"
)

// script sends the form off without a click. The policy of the page names it
// by its hash, so nothing else runs there.
const script = "document.forms[0].submit()"

var form = template.Must(template.New("form").Parse(`<!doctype html>
<html lang="{{.Language}}"><head><meta charset="utf-8"><title>Chancery</title></head>
<body><form method="post" action="{{.Location}}">
<input type="hidden" name="SAMLResponse" value="{{.Document}}">
{{if .Relay}}<input type="hidden" name="RelayState" value="{{.Relay}}">
{{end}}<noscript><button type="submit">{{.Button}}</button></noscript>
</form><script>` + script + `</script></body></html>
`))

// words of the button that only browsers without scripts show, by language.
var words = []struct{ language, button string }{
	{"zh-TW", "繼續"}, {"zh-CN", "继续"}, {"vi", "Tiếp tục"}, {"ko", "계속"}, {"en", "Continue"},
}

// sendForm carries an answer to a service by the POST binding (Bindings
// section 3.5.4). There is no form-action in the policy: the service may send
// the browser on to wherever it began.
func sendForm(w http.ResponseWriter, r *http.Request, p Post) {
	sum := sha256.Sum256([]byte(script))
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Security-Policy", "default-src 'none'; script-src 'sha256-"+base64.StdEncoding.EncodeToString(sum[:])+"'; base-uri 'none'; frame-ancestors 'none'")
	word := words[len(words)-1]
	first, _, _ := strings.Cut(r.Header.Get("Accept-Language"), ",")
	for _, one := range words {
		if strings.HasPrefix(strings.ToLower(first), strings.ToLower(one.language)) {
			word = one
			break
		}
	}
	// Nobody is left to tell when this fails.
	_ = form.Execute(w, struct {
		Post
		Language, Button string
	}{p, word.language, word.button})
}
