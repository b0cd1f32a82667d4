package httpx

import (
	"fmt"
	"net/url"
	"strings"
)

// Disposition names a file for old and new programs (RFC 6266, RFC 8187).
// Kind is "inline" or "attachment".
func Disposition(kind, name string) string {
	name = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7F || r == '/' || r == '\\' {
			return '_'
		}
		return r
	}, name)
	if name == "" {
		return kind
	}
	ascii := strings.Map(func(r rune) rune {
		if r > '~' || r == '"' || r == '%' {
			return '_'
		}
		return r
	}, name)
	out := fmt.Sprintf(`%s; filename="%s"`, kind, ascii)
	if ascii != name {
		out += "; filename*=UTF-8''" + strings.ReplaceAll(url.QueryEscape(name), "+", "%20")
	}
	return out
}
