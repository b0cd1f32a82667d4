package sieve

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"chancery/wire/mime"
)

// relations are the relational operators (RFC 5231 section 4).
var relations = []string{"gt", "ge", "lt", "le", "eq", "ne"}

// dateParts are RFC 5260 section 4.2's, with "weekday".
var dateParts = []string{"year", "month", "day", "date", "julian", "hour", "minute", "second", "time", "iso8601", "std11", "zone", "weekday"}

// meaning checks what the forms of arguments do not tell.
func (c *checker) meaning(x *command) {
	c.matching(x)
	c.decodeCharacters(x)
	switch x.name {
	case "redirect":
		c.address(x.args[0], "redirect")
	case "size":
		if len(x.tags) != 1 {
			c.fail(x.pos, "size needs :over or :under")
		}
	case "header", "exists", "address", "date":
		c.headers(x)
	case "envelope":
		c.envelope(x)
	case "set":
		if name := x.args[0].list[0]; !isVariable(name) {
			c.fail(x.args[0].pos, "%q cannot be the name of a variable", name)
		}
	case "setflag", "addflag", "removeflag", "hasflag":
		c.flags(x)
	case "vacation":
		c.vacation(x)
	}
	if _, has := x.tags["last"]; has {
		if _, index := x.tags["index"]; !index {
			c.fail(x.pos, ":last needs :index")
		}
	}
	if v, has := x.tags["index"]; has && v.number == 0 {
		c.fail(v.pos, ":index counts from 1")
	}
	c.dates(x)
}

func (c *checker) matching(x *command) {
	if v, ok := x.tags["comparator"]; ok {
		name := v.list[0]
		switch {
		case !knownComparator(name):
			c.fail(v.pos, "the comparator %q is not known here", name)
		case name != octet && name != casemap && !c.has["comparator-"+name]:
			c.fail(v.pos, "the comparator %q needs: require %q;", name, "comparator-"+name)
		case name == numeric && (has(x, "contains") || has(x, "matches")):
			// RFC 4790 section 9.1.1: it offers no substrings.
			c.fail(v.pos, "numbers cannot be compared with :contains or :matches")
		}
	}
	for _, tag := range []string{"count", "value"} {
		if v, ok := x.tags[tag]; ok && !slices.Contains(relations, v.list[0]) {
			c.fail(v.pos, ":%s needs one of gt, ge, lt, le, eq, ne", tag)
		}
	}
}

func has(x *command, tag string) bool {
	_, ok := x.tags[tag]
	return ok
}

// headers checks names of header fields (RFC 5228 section 2.4.2.2).
func (c *checker) headers(x *command) {
	for _, name := range x.args[0].list {
		if !c.isConstant(name) {
			continue
		}
		bad := name == "" || strings.ContainsFunc(name, func(r rune) bool { return r <= ' ' || r >= 0x7f || r == ':' })
		if bad {
			c.fail(x.args[0].pos, "%q cannot be the name of a header field", name)
		}
	}
}

// envelope checks the parts of an envelope (RFC 5228 section 5.4).
func (c *checker) envelope(x *command) {
	for _, part := range x.args[0].list {
		if p := strings.ToLower(part); c.isConstant(part) && p != "from" && p != "to" {
			c.fail(x.args[0].pos, "the envelope has the parts from and to, not %q", part)
		}
	}
}

func (c *checker) flags(x *command) {
	if len(x.args) == 1 {
		return
	}
	if !c.has["variables"] {
		c.fail(x.args[0].pos, "flags in a variable need: require %q;", "variables")
	}
	for _, name := range x.args[0].list {
		if !isVariable(name) {
			c.fail(x.args[0].pos, "%q cannot be the name of a variable", name)
		}
	}
	if x.name != "hasflag" && x.args[0].isList {
		c.fail(x.args[0].pos, "%q takes one variable", x.name)
	}
}

// isVariable says whether a script may set a variable: an identifier without
// a name space (RFC 5229 section 3).
func isVariable(name string) bool {
	if name == "" || len(name) > maxName {
		return false
	}
	for i := range len(name) {
		if !isWordByte(name[i], i == 0) {
			return false
		}
	}
	return true
}

// maxName bounds the name of a variable.
const maxName = 128

func (c *checker) address(v value, what string) {
	if s := v.list[0]; c.isConstant(s) && !IsAddress(s) {
		c.fail(v.pos, "%q is not a mail address for %s", s, what)
	}
}

// maxAddress is far more than RFC 5321 section 4.5.3.1 allows.
const maxAddress = 1000

// IsAddress says whether a text is one mail address and nothing else.
func IsAddress(s string) bool {
	if len(s) > maxAddress || !utf8.ValidString(s) {
		return false
	}
	list := mime.ParseAddresses(s, "", 2)
	return len(list) == 1 && !strings.ContainsAny(s, "\r\n\x00") && domainOf(list[0].Email()) != "" && localOf(list[0].Email()) != ""
}

func (c *checker) vacation(x *command) {
	if v, ok := x.tags["from"]; ok {
		c.address(v, ":from")
	}
	if v, ok := x.tags["addresses"]; ok {
		for _, a := range v.list {
			if c.isConstant(a) && !IsAddress(a) {
				c.fail(v.pos, "%q is not a mail address for :addresses", a)
			}
		}
	}
	if v, ok := x.tags["subject"]; ok && strings.ContainsAny(v.list[0], "\r\n") {
		c.fail(v.pos, "the subject is one line")
	}
}

func (c *checker) dates(x *command) {
	switch x.name {
	case "date", "currentdate":
	default:
		return
	}
	part := x.args[len(x.args)-2]
	if p := part.list[0]; c.isConstant(p) && !slices.Contains(dateParts, strings.ToLower(p)) {
		c.fail(part.pos, "%q is no part of a date", p)
	}
	if v, ok := x.tags["zone"]; ok && c.isConstant(v.list[0]) {
		if _, ok := parseZone(v.list[0]); !ok {
			c.fail(v.pos, "a zone is written as +0800, not %q", v.list[0])
		}
	}
}

// parseZone reads an offset such as "-0500" (RFC 5322 section 3.3).
func parseZone(s string) (*time.Location, bool) {
	if len(s) != 5 || s[0] != '+' && s[0] != '-' {
		return nil, false
	}
	n := 0
	for i := 1; i < 5; i++ {
		if s[i] < '0' || s[i] > '9' {
			return nil, false
		}
		n = n*10 + int(s[i]-'0')
	}
	if n%100 > 59 || n > 2359 {
		return nil, false
	}
	seconds := n/100*3600 + n%100*60
	if s[0] == '-' {
		seconds = -seconds
	}
	return time.FixedZone("", seconds), true
}

// Redirect is an address that a script may send letters on to.
type Redirect struct {
	Pos
	Address string
}

// Redirects lists the addresses that stand in a script as they are; those
// made of variables show only at run time.
func (s *Script) Redirects() (list []Redirect) {
	var walk func([]*command)
	walk = func(block []*command) {
		for _, x := range block {
			if x.name == "redirect" && len(x.args) == 1 {
				if a := x.args[0].list[0]; !s.has["variables"] || !strings.Contains(a, "${") {
					list = append(list, Redirect{x.args[0].pos, a})
				}
			}
			walk(x.block)
		}
	}
	walk(s.commands)
	return list
}

// Requires says whether a script uses an extension.
func (s *Script) Requires(ext string) bool { return s.has[ext] }
