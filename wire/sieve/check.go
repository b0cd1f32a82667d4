package sieve

import (
	"slices"
	"strings"
)

// checker finds what is wrong with a script before it ever runs, so that a
// person hears of it while saving.
type checker struct {
	lim  Limits
	has  map[string]bool
	errs Errors
}

func (c *checker) fail(p Pos, format string, args ...any) {
	if len(c.errs) < maxErrors {
		c.errs = append(c.errs, at(p, format, args...))
	}
}

// script checks the whole: require comes first (RFC 5228 section 3.2).
func (c *checker) script(list []*command) {
	rest := list
	for len(rest) > 0 && rest[0].name == "require" {
		if c.arguments(rest[0], specs["require"]) {
			for _, ext := range rest[0].args[0].list {
				c.require(rest[0].args[0].pos, ext)
			}
		}
		rest = rest[1:]
	}
	c.block(rest)
}

func (c *checker) require(p Pos, ext string) {
	if !slices.Contains(Extensions, ext) {
		c.fail(p, "the extension %q is not known here", ext)
		return
	}
	c.add(ext)
}

// add makes an extension usable, with those it brings along.
func (c *checker) add(ext string) {
	c.has[ext] = true
	if ext == "vacation-seconds" { // RFC 6131 section 2
		c.has["vacation"] = true
	}
}

func (c *checker) block(list []*command) {
	chain := false // an if or elsif stands before
	for _, x := range list {
		s, known := specs[x.name]
		switch {
		case !known:
			c.fail(x.pos, "there is no command %q", x.name)
		case s.test:
			c.fail(x.pos, "%q is a test; it belongs after if or elsif", x.name)
		case x.name == "require":
			c.fail(x.pos, "require must come before all other commands")
		case (x.name == "elsif" || x.name == "else") && !chain:
			c.fail(x.pos, "%q must follow the block of an if or elsif", x.name)
		default:
			c.command(x, s)
		}
		chain = x.name == "if" || x.name == "elsif"
	}
}

// command checks one command, and its block with it.
func (c *checker) command(x *command, s spec) {
	c.one(x, s)
	switch {
	case s.block && !x.braces:
		c.fail(x.pos, "after %q a block in { } is expected", x.name)
	case !s.block && x.braces:
		c.fail(x.pos, "%q takes no block", x.name)
	case s.block:
		extra, missing := c.wanted(x)
		if missing {
			// RFC 5463 section 4: what an extension that is not there guards is
			// never run and so need not be understood.
			x.off = true
			return
		}
		before := map[string]bool{}
		for k := range c.has {
			before[k] = true
		}
		for _, e := range extra {
			c.add(e)
		}
		c.block(x.block)
		c.has = before
	}
}

// wanted returns the extensions that an if asks for with ihave, alone or in
// an allof, and whether one of them is missing.
func (c *checker) wanted(x *command) (list []string, missing bool) {
	if len(x.tests) != 1 {
		return nil, false
	}
	tests := x.tests
	if tests[0].name == "allof" {
		tests = tests[0].tests
	}
	for _, t := range tests {
		if t.name != "ihave" || len(t.args) != 1 {
			continue
		}
		for _, ext := range t.args[0].list {
			if !slices.Contains(Extensions, ext) {
				return nil, true
			}
			list = append(list, ext)
		}
	}
	return list, false
}

// one checks a command or test against its spec, without its block.
func (c *checker) one(x *command, s spec) {
	if s.ext != "" && !c.has[s.ext] {
		c.fail(x.pos, "%q needs: require %q;", x.name, s.ext)
		return
	}
	switch {
	case s.tests == 0 && len(x.tests) > 0:
		c.fail(x.pos, "%q takes no test", x.name)
		return
	case s.tests == 1 && (len(x.tests) != 1 || x.paren):
		c.fail(x.pos, "%q takes exactly one test", x.name)
		return
	case s.tests == -1 && !x.paren:
		c.fail(x.pos, "%q takes a list of tests in ( )", x.name)
		return
	}
	for _, t := range x.tests {
		ts, known := specs[t.name]
		switch {
		case !known:
			c.fail(t.pos, "there is no test %q", t.name)
		case !ts.test:
			c.fail(t.pos, "%q is a command, not a test", t.name)
		default:
			c.one(t, ts)
		}
	}
	if c.arguments(x, s) {
		c.meaning(x)
	}
}

// arguments sorts tags from positions and checks their forms.
func (c *checker) arguments(x *command, s spec) bool {
	x.tags = map[string]value{}
	x.args = nil
	seen := map[string]string{}
	ok := true
	bad := func(p Pos, format string, args ...any) { ok = false; c.fail(p, format, args...) }
	for i := 0; i < len(x.raw); i++ {
		v := x.raw[i]
		if v.kind != kindTag {
			x.args = append(x.args, v)
			continue
		}
		name := v.list[0]
		t, known := s.tags[name]
		switch {
		case !known:
			bad(v.pos, "%q does not know :%s", x.name, name)
			continue
		case len(x.args) > 0:
			bad(v.pos, ":%s must stand before the other arguments", name)
		case t.ext != "" && !c.has[t.ext]:
			bad(v.pos, ":%s needs: require %q;", name, t.ext)
		case seen[t.group] != "":
			bad(v.pos, ":%s and :%s cannot stand together", seen[t.group], name)
		}
		seen[t.group] = name
		if t.arg == none {
			x.tags[name] = v
			continue
		}
		if i+1 >= len(x.raw) || !c.fits(x.raw[i+1], t.arg) {
			bad(v.pos, ":%s needs %s", name, t.arg)
			continue
		}
		i++
		x.tags[name] = x.raw[i]
	}
	want := s.args
	if s.extra && len(x.args) == len(want)+1 {
		want = append([]form{texts}, want...)
	}
	if len(x.args) != len(want) {
		bad(x.pos, "%q takes %d argument(s), there are %d", x.name, len(want), len(x.args))
		return false
	}
	for i, f := range want {
		if !c.fits(x.args[i], f) {
			bad(x.args[i].pos, "argument %d of %q must be %s", i+1, x.name, f)
		}
	}
	return ok
}

// String names a form for a person.
func (f form) String() string {
	return [...]string{"nothing", "a text", "a text or a list of texts", "a number"}[f]
}

func (c *checker) fits(v value, f form) bool {
	switch f {
	case text:
		return v.kind == kindText && !v.isList
	case texts:
		return v.kind == kindText
	case number:
		return v.kind == kindNumber
	}
	return false
}

// isConstant says whether a text means itself: nothing in it is replaced when
// the script runs.
func (c *checker) isConstant(s string) bool {
	return !c.has["variables"] || !strings.Contains(s, "${")
}
