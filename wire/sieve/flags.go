package sieve

import (
	"slices"
	"strings"
)

// flagsOf returns the flags for keep and fileinto: those of :flags, else of
// the internal variable (RFC 5232 section 5).
func (r *run) flagsOf(x *command) []string {
	v, ok := x.tags["flags"]
	if !ok {
		return r.flags
	}
	return r.splitFlags(v.list)
}

// splitFlags takes flags out of texts that hold several, without doubles
// (RFC 5232 section 2: spaces separate, case does not matter).
func (r *run) splitFlags(list []string) (out []string) {
	for _, s := range list {
		for f := range strings.FieldsSeq(r.expand(s)) {
			if !hasFold(out, f) && validFlag(f) && len(out) < r.lim.Flags {
				out = append(out, f)
			}
		}
	}
	return out
}

// validFlag says whether a text is a flag of IMAP; others are ignored
// (section 2).
func validFlag(f string) bool {
	if name, system := strings.CutPrefix(f, `\`); system {
		return slices.Contains([]string{"seen", "answered", "flagged", "deleted", "draft"}, strings.ToLower(name))
	}
	return !strings.ContainsFunc(f, func(c rune) bool { return c <= ' ' || c >= 0x7f || strings.ContainsRune(`()]{%*"\`, c) })
}

func hasFold(list []string, f string) bool {
	return slices.ContainsFunc(list, func(o string) bool { return strings.EqualFold(o, f) })
}

// changeFlags is setflag, addflag and removeflag (sections 3.1 to 3.3), on
// the internal variable or a named one.
func (r *run) changeFlags(x *command) {
	name := ""
	if len(x.args) == 2 {
		name = strings.ToLower(x.args[0].list[0])
	}
	now := r.flags
	if name != "" {
		now = r.splitPlain(r.vars[name])
	}
	given := r.splitFlags(x.args[len(x.args)-1].list)
	switch x.name {
	case "setflag":
		now = given
	case "addflag":
		now = slices.Clone(now)
		for _, f := range given {
			if !hasFold(now, f) && len(now) < r.lim.Flags {
				now = append(now, f)
			}
		}
	case "removeflag":
		now = slices.DeleteFunc(slices.Clone(now), func(f string) bool { return hasFold(given, f) })
	}
	if name == "" {
		r.flags = now
		return
	}
	r.assign(x.pos, name, strings.Join(now, " "))
}

// splitPlain splits the value of a variable, in which nothing is replaced.
func (r *run) splitPlain(s string) (out []string) {
	for f := range strings.FieldsSeq(s) {
		if !hasFold(out, f) && len(out) < r.lim.Flags {
			out = append(out, f)
		}
	}
	return out
}

// hasFlag is section 4: :count counts flags over all variables.
func (r *run) hasFlag(x *command) bool {
	values := r.flags
	if len(x.args) == 2 {
		values = nil
		for _, name := range x.args[0].list {
			values = append(values, r.splitPlain(r.vars[strings.ToLower(name)])...)
		}
	}
	m := r.matcher(x)
	keys := r.keys(x.args[len(x.args)-1].list)
	if m.kind != "count" {
		keys = r.splitFlags(x.args[len(x.args)-1].list)
		if m.kind != "is" {
			keys = r.keys(x.args[len(x.args)-1].list) // patterns are no flags
		}
	}
	return m.any(values, keys)
}
