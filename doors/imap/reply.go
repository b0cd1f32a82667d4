package imap

import (
	"strings"

	"chancery/kit/errs"
)

// codes maps the kinds of errors to response codes (RFC 9051 section 7.1, RFC
// 9208 for OVERQUOTA). An empty code means NO without one.
var codes = map[errs.Kind]string{
	errs.Internal:        "SERVERBUG",
	errs.Invalid:         "CANNOT",
	errs.NotFound:        "NONEXISTENT",
	errs.Exists:          "ALREADYEXISTS",
	errs.Forbidden:       "NOPERM",
	errs.Unauthenticated: "AUTHENTICATIONFAILED",
	errs.TooLarge:        "TOOBIG",
	errs.OverQuota:       "OVERQUOTA",
	errs.RateLimited:     "LIMIT",
	errs.Unavailable:     "UNAVAILABLE",
	errs.Conflict:        "INUSE",
	errs.Unsupported:     "CANNOT",
	errs.StepUp:          "NOPERM",
}

// ok answers a command that was done.
func (s *session) ok(tag, text string) { s.out.line(tag, " OK ", text) }

// okCode answers with a response code.
func (s *session) okCode(tag, code, text string) { s.out.line(tag, " OK [", code, "] ", text) }

// no refuses a command that was understood.
func (s *session) no(tag, code, text string) {
	if code != "" {
		text = "[" + code + "] " + text
	}
	s.out.line(tag, " NO ", s.oneLine(text))
}

// bad refuses a command that makes no sense.
func (s *session) bad(tag, code, text string) {
	if code != "" {
		text = "[" + code + "] " + text
	}
	s.out.line(tag, " BAD ", s.oneLine(text))
}

// fail answers with an error of a room.
func (s *session) fail(tag string, err error) {
	kind := errs.KindOf(err)
	if kind == errs.Internal {
		s.log.Error("imap command failed", "err", err)
	}
	s.no(tag, codes[kind], errs.Text(err))
}

// oneLine keeps a text of any origin inside one response line. Before the
// client has enabled UTF-8 it may hold ASCII only (RFC 3501 section 9,
// TEXT-CHAR).
func (s *session) oneLine(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r < 0x20 || r == 0x7f:
			return ' '
		case r >= 0x80 && !s.utf8:
			return '?'
		}
		return r
	}, text)
}
