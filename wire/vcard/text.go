package vcard

import "strings"

// Text undoes the escapes of a value (RFC 6350 section 3.4); \N too.
func Text(s string) string {
	if !strings.Contains(s, `\`) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' || i+1 == len(s) {
			b.WriteByte(s[i])
			continue
		}
		i++
		switch s[i] {
		case 'n', 'N':
			b.WriteByte('\n')
		case ',', ';', ':', '\\':
			b.WriteByte(s[i])
		default: // not an escape: both stay
			b.WriteByte('\\')
			b.WriteByte(s[i])
		}
	}
	return b.String()
}

var escaper = strings.NewReplacer(`\`, `\\`, "\r\n", `\n`, "\n", `\n`, "\r", `\n`, ",", `\,`, ";", `\;`)

// Escape makes a text fit for a value.
func Escape(s string) string { return escaper.Replace(s) }

// fields cuts a value at a mark that is not escaped; escapes stay.
func fields(s string, mark byte) (out []string) {
	start := 0
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case mark:
			out = append(out, s[start:i])
			start = i + 1
		}
	}
	return append(out, s[start:])
}

// components cuts a structured value such as N or ADR: every component is a
// list, which commas cut except in 2.1.
func components(s, version string) [][]string {
	var out [][]string
	for _, f := range fields(s, ';') {
		parts := []string{f}
		if version != "2.1" {
			parts = fields(f, ',')
		}
		var texts []string
		for _, p := range parts {
			if t := strings.TrimSpace(Text(p)); t != "" {
				texts = append(texts, t)
			}
		}
		out = append(out, texts)
	}
	return out
}
