package sieve

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// decodeCharacters puts in what "encoded-character" writes, once, when the
// script is read (RFC 5228 section 2.4.2.4).
func (c *checker) decodeCharacters(x *command) {
	if !c.has["encoded-character"] {
		return
	}
	decode := func(v value) value {
		if v.kind == kindText {
			list := make([]string, len(v.list))
			for i, s := range v.list {
				list[i] = c.decodeText(v.pos, s)
			}
			v.list = list
		}
		return v
	}
	for i := range x.args {
		x.args[i] = decode(x.args[i])
	}
	for k, v := range x.tags {
		x.tags[k] = decode(v)
	}
}

// decodeText replaces ${hex: 40 24} and ${unicode: 5C}; whatever is not
// written exactly so stays.
func (c *checker) decodeText(p Pos, s string) string {
	var out strings.Builder
	for {
		i := strings.Index(s, "${")
		if i < 0 {
			break
		}
		out.WriteString(s[:i])
		s = s[i:]
		end := strings.IndexByte(s, '}')
		if end < 0 {
			break
		}
		name, args, ok := strings.Cut(s[2:end], ":")
		if !ok {
			out.WriteString(s[:2])
			s = s[2:]
			continue
		}
		text, ok, bad := encoded(strings.ToLower(name), args)
		switch {
		case bad != "":
			c.fail(p, "%s", bad)
			return s
		case ok:
			out.WriteString(text)
			s = s[end+1:]
		default:
			out.WriteString(s[:2])
			s = s[2:]
		}
	}
	out.WriteString(s)
	if !utf8.ValidString(out.String()) {
		c.fail(p, "the characters written by ${hex:} are not UTF-8")
	}
	return out.String()
}

func encoded(name, args string) (text string, ok bool, bad string) {
	words := strings.Fields(args)
	if name != "hex" && name != "unicode" || len(words) == 0 {
		return "", false, ""
	}
	var out []byte
	for _, w := range words {
		n, err := strconv.ParseUint(w, 16, 64)
		switch {
		case err != nil, name == "hex" && len(w) > 2:
			return "", false, ""
		case name == "hex":
			out = append(out, byte(n))
		case n > unicode.MaxRune || n >= 0xD800 && n <= 0xDFFF:
			// "It is an error for a script to use a hexadecimal value that isn't
			// in either the range 0 to D7FF or the range E000 to 10FFFF."
			return "", false, "there is no character with the number " + w
		default:
			out = utf8.AppendRune(out, rune(n))
		}
	}
	return string(out), true, ""
}

// expand puts values of variables into a string (RFC 5229 section 3). What
// does not follow the grammar stays as it is; a variable that was not set is
// empty.
func (r *run) expand(s string) string {
	if !r.script.has["variables"] || !strings.Contains(s, "${") {
		return s
	}
	var out strings.Builder
	for s != "" {
		i := strings.Index(s, "${")
		if i < 0 || out.Len() > r.lim.Variable {
			break
		}
		out.WriteString(s[:i])
		s = s[i:]
		end := strings.IndexByte(s, '}')
		if end < 0 {
			break
		}
		name := strings.ToLower(s[2:end])
		switch {
		case isNumber(name):
			n, err := strconv.Atoi(name)
			if err == nil && n < len(r.matched) {
				out.WriteString(r.matched[n])
			}
			s = s[end+1:]
		case isVariable(name):
			out.WriteString(r.vars[name])
			s = s[end+1:]
		default:
			out.WriteString(s[:2])
			s = s[2:]
		}
	}
	out.WriteString(s)
	r.spend(out.Len())
	return cut(out.String(), max(r.lim.Variable, r.lim.Text))
}

func isNumber(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

// cut shortens a text to at most n bytes, between characters.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

// set is the action of RFC 5229 section 4; modifiers act in the order of
// their precedence.
func (r *run) set(x *command) {
	name, v := strings.ToLower(x.args[0].list[0]), r.expand(x.args[1].list[0])
	switch {
	case has(x, "lower"):
		v = strings.ToLower(v)
	case has(x, "upper"):
		v = strings.ToUpper(v)
	}
	if first, size := utf8.DecodeRuneInString(v); size > 0 {
		switch {
		case has(x, "lowerfirst"):
			v = string(unicode.ToLower(first)) + v[size:]
		case has(x, "upperfirst"):
			v = string(unicode.ToUpper(first)) + v[size:]
		}
	}
	if has(x, "quotewildcard") {
		v = strings.NewReplacer(`*`, `\*`, `?`, `\?`, `\`, `\\`).Replace(v)
	}
	if has(x, "length") {
		v = strconv.Itoa(utf8.RuneCountInString(v))
	}
	r.assign(x.pos, name, v)
}

func (r *run) assign(p Pos, name, v string) {
	if _, known := r.vars[name]; !known && len(r.vars) >= r.lim.Variables {
		r.fail(p, "there are more than %d variables", r.lim.Variables)
		return
	}
	r.vars[name] = cut(v, r.lim.Variable) // RFC 5229 section 6: longer values are cut
}
