package smtp

import (
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"chancery/kit/errs"
)

// Body is the BODY parameter of MAIL (RFC 6152, RFC 3030).
type Body string

// The values of BODY that are understood.
const (
	Body7Bit Body = "7BIT"
	Body8Bit Body = "8BITMIME"
)

// MailParams are the parameters of MAIL.
type MailParams struct {
	Size      int64  // RFC 1870; 0 = not said
	Body      Body   // "" = not said
	UTF8      bool   // RFC 6531
	Ret       string // RFC 3461: FULL, HDRS or ""
	EnvID     string // RFC 3461, xtext decoded
	HoldUntil time.Time
	HoldFor   time.Duration // RFC 4865
	Auth      string        // RFC 4954 section 5, kept as written, not trusted
}

// Notify is a set of the NOTIFY keywords of RCPT (RFC 3461 section 4.1).
type Notify uint8

// The members of the set; no member at all means the default, FAILURE and
// perhaps DELAY.
const (
	NotifyNever Notify = 1 << iota
	NotifySuccess
	NotifyFailure
	NotifyDelay
)

// RcptParams are the parameters of RCPT.
type RcptParams struct {
	Notify Notify
	ORcpt  string // RFC 3461 section 4.2: "rfc822;user@example" with the address decoded
}

// param is one NAME or NAME=value.
type param struct{ name, value string }

// maxParams bounds the parameters of a command.
const maxParams = 20

// splitParams reads esmtp parameters (RFC 5321 section 4.1.2).
func splitParams(s string) ([]param, error) {
	var out []param
	seen := map[string]bool{}
	for _, word := range strings.FieldsFunc(s, func(r rune) bool { return r == ' ' }) {
		name, value, has := strings.Cut(word, "=")
		name = strings.ToUpper(name)
		switch {
		case !isKeyword(name) || has && !isValue(value):
			return nil, errs.E(errs.Invalid, "The parameter %s is not written correctly.", printable(word))
		case seen[name]:
			return nil, errs.E(errs.Invalid, "The parameter %s is there twice.", name)
		case len(out) == maxParams:
			return nil, errs.E(errs.Invalid, "There are too many parameters.")
		}
		seen[name] = true
		out = append(out, param{name, value})
	}
	return out, nil
}

// isValue accepts an esmtp-value, with UTF-8 as RFC 6531 section 3.3 lets in.
func isValue(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] <= ' ' || s[i] == 0x7f || s[i] == '=' && i == 0 {
			return false
		}
	}
	return s != "" && utf8.ValidString(s)
}

func isKeyword(s string) bool {
	if s == "" || len(s) > 40 {
		return false
	}
	for i := 0; i < len(s); i++ {
		if c := s[i]; !(c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' && i > 0) {
			return false
		}
	}
	return true
}

// printable cuts what a stranger wrote to what a reply line can hold.
func printable(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return '?'
		}
		return r
	}, s)
	return s[:min(len(s), 60)]
}

// ErrParam is the text of a parameter that no extension here defines; a door
// answers 555 (RFC 5321 section 4.1.1.11).
func errParam(name string) error {
	return errs.E(errs.Unsupported, "The parameter %s is not supported.", printable(name))
}

func errValue(p param) error {
	return errs.E(errs.Invalid, "The value of %s is not written correctly.", p.name)
}

// ParseMail reads what follows "MAIL FROM:".
func ParseMail(s string) (from string, p MailParams, err error) {
	from, rest, err := ParsePath(s, true)
	if err != nil {
		return "", p, err
	}
	list, err := splitParams(rest)
	if err != nil {
		return "", p, err
	}
	for _, word := range list {
		if err := p.set(word); err != nil {
			return "", p, err
		}
	}
	if !p.UTF8 && !IsASCII(from) {
		return "", p, errs.E(errs.Unsupported, "An address with such letters needs SMTPUTF8.")
	}
	if p.HoldFor > 0 && !p.HoldUntil.IsZero() {
		return "", p, errs.E(errs.Invalid, "HOLDFOR and HOLDUNTIL cannot be together.") // RFC 4865 section 4
	}
	return from, p, nil
}

func (p *MailParams) set(w param) (err error) {
	switch w.name {
	case "SIZE":
		// At most 20 digits (RFC 1870 section 4); what overflows is too large
		// anyway, and the door says so.
		n, err := strconv.ParseUint(w.value, 10, 64)
		if err != nil {
			return errValue(w)
		}
		p.Size = int64(min(n, 1<<62))
	case "BODY":
		switch p.Body = Body(strings.ToUpper(w.value)); p.Body {
		case Body7Bit, Body8Bit:
		default:
			return errs.E(errs.Unsupported, "BODY can be 7BIT or 8BITMIME here.")
		}
	case "SMTPUTF8":
		if w.value != "" {
			return errValue(w)
		}
		p.UTF8 = true
	case "RET":
		if p.Ret = strings.ToUpper(w.value); p.Ret != "FULL" && p.Ret != "HDRS" {
			return errValue(w)
		}
	case "ENVID":
		if p.EnvID, err = DecodeXtext(w.value); err != nil || p.EnvID == "" || len(p.EnvID) > 100 || !isPrintable(p.EnvID) {
			return errValue(w) // RFC 3461 section 4.4
		}
	case "AUTH":
		if p.Auth, err = DecodeXtext(w.value); err != nil || p.Auth == "" {
			return errValue(w)
		}
	case "HOLDFOR":
		n, err := strconv.ParseUint(w.value, 10, 32)
		if err != nil || n == 0 || len(w.value) > 9 { // RFC 4865 section 4
			return errValue(w)
		}
		p.HoldFor = time.Duration(n) * time.Second
	case "HOLDUNTIL":
		if p.HoldUntil, err = time.Parse(time.RFC3339, w.value); err != nil {
			return errValue(w)
		}
	default:
		return errParam(w.name)
	}
	return nil
}

// ParseRcpt reads what follows "RCPT TO:".
func ParseRcpt(s string, allowUTF8 bool) (to string, p RcptParams, err error) {
	to, rest, err := ParsePath(s, allowUTF8)
	if err != nil {
		return "", p, err
	}
	if to == "" {
		return "", p, errs.E(errs.Invalid, "A recipient needs an address.")
	}
	list, err := splitParams(rest)
	if err != nil {
		return "", p, err
	}
	for _, w := range list {
		switch w.name {
		case "NOTIFY":
			p.Notify, err = ParseNotify(w.value)
		case "ORCPT":
			p.ORcpt, err = parseORcpt(w)
		default:
			err = errParam(w.name)
		}
		if err != nil {
			return "", p, err
		}
	}
	return to, p, nil
}

var notifyNames = []struct {
	name string
	bit  Notify
}{{"NEVER", NotifyNever}, {"SUCCESS", NotifySuccess}, {"FAILURE", NotifyFailure}, {"DELAY", NotifyDelay}}

// ParseNotify reads "NEVER" or a list such as "SUCCESS,FAILURE".
func ParseNotify(s string) (n Notify, err error) {
	for word := range strings.SplitSeq(s, ",") {
		bit := Notify(0)
		for _, k := range notifyNames {
			if strings.EqualFold(word, k.name) {
				bit = k.bit
			}
		}
		if bit == 0 || n&bit != 0 {
			return 0, errs.E(errs.Invalid, "The value of NOTIFY is not written correctly.")
		}
		n |= bit
	}
	if n&NotifyNever != 0 && n != NotifyNever {
		return 0, errs.E(errs.Invalid, "NOTIFY=NEVER stands alone.")
	}
	return n, nil
}

// String returns the set as NOTIFY has it, "" for the default.
func (n Notify) String() string {
	var words []string
	for _, k := range notifyNames {
		if n&k.bit != 0 {
			words = append(words, k.name)
		}
	}
	return strings.Join(words, ",")
}

// parseORcpt reads addr-type ";" xtext (RFC 3461 section 4.2), or with the
// type utf-8 the forms of RFC 6533 section 3.
func parseORcpt(w param) (string, error) {
	kind, address, ok := strings.Cut(w.value, ";")
	if !ok || !isKeyword(strings.ToUpper(kind)) || len(w.value) > 500 {
		return "", errValue(w)
	}
	var err error
	if strings.EqualFold(kind, "utf-8") {
		address, err = decodeUTF8Xtext(address)
	} else {
		address, err = DecodeXtext(address)
	}
	if err != nil || address == "" || strings.ContainsFunc(address, func(r rune) bool { return r < ' ' || r == 0x7f }) {
		return "", errValue(w)
	}
	return strings.ToLower(kind) + ";" + address, nil
}

// decodeUTF8Xtext reads utf-8-addr-xtext and utf-8-addr-unitext: \x{HEX} for
// what cannot stand as it is.
func decodeUTF8Xtext(s string) (string, error) {
	var b strings.Builder
	for s != "" {
		before, after, found := strings.Cut(s, `\x{`)
		b.WriteString(before)
		if !found {
			break
		}
		hex, rest, ok := strings.Cut(after, "}")
		n, err := strconv.ParseUint(hex, 16, 21)
		if !ok || err != nil || len(hex) < 2 || n == 0 || n > 0x10ffff || n >= 0xd800 && n < 0xe000 {
			return "", errs.E(errs.Invalid, "not utf-8-addr-xtext")
		}
		b.WriteRune(rune(n))
		s = rest
	}
	return b.String(), nil
}

// DecodeXtext reads xtext (RFC 3461 section 4).
func DecodeXtext(s string) (string, error) {
	if strings.IndexByte(s, '+') < 0 {
		return s, nil
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '+' {
			b.WriteByte(s[i])
			continue
		}
		if i+2 >= len(s) {
			return "", errs.E(errs.Invalid, "not xtext")
		}
		n, err := strconv.ParseUint(s[i+1:i+3], 16, 8)
		if err != nil {
			return "", errs.E(errs.Invalid, "not xtext")
		}
		b.WriteByte(byte(n))
		i += 2
	}
	return b.String(), nil
}

// EncodeXtext writes xtext; bytes that cannot stand as they are become +HH.
func EncodeXtext(s string) string {
	const hex = "0123456789ABCDEF"
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if c := s[i]; c <= ' ' || c > '~' || c == '+' || c == '=' {
			b.Write([]byte{'+', hex[c>>4], hex[c&15]})
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}

func isPrintable(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}
