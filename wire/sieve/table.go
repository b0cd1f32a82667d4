package sieve

import "maps"

// Extensions are what a script may require, as capability objects list them.
var Extensions = []string{
	"body", "comparator-i;ascii-casemap", "comparator-i;ascii-numeric", "comparator-i;octet", "comparator-i;unicode-casemap",
	"copy", "date", "encoded-character", "envelope", "fileinto", "ihave", "imap4flags", "index", "mailbox", "mailboxid",
	"relational", "subaddress", "vacation", "vacation-seconds", "variables", "vnd.chancery.attachment",
}

// form is what an argument may be.
type form uint8

const (
	none   form = iota
	text        // one string
	texts       // a string or a list of strings
	number      // a number
)

// tagSpec is a tagged argument: of the tags of one group only one may stand.
type tagSpec struct {
	group string
	ext   string // extension that brings it, "" for none
	arg   form
}

// spec is what a command or test may have.
type spec struct {
	ext   string
	test  bool // it is a test, not a command
	tags  map[string]tagSpec
	args  []form
	extra bool // one more texts argument may come first (imap4flags: the variables)
	tests int  // -1 a list in parentheses, 0 none, 1 exactly one
	block bool // a block in braces follows
}

func join(sets ...map[string]tagSpec) map[string]tagSpec {
	out := map[string]tagSpec{}
	for _, s := range sets {
		maps.Copy(out, s)
	}
	return out
}

var (
	// RFC 5228 section 2.7.1, RFC 5231 section 4.
	tagsMatch = map[string]tagSpec{
		"is": {group: "match type"}, "contains": {group: "match type"}, "matches": {group: "match type"},
		"count": {group: "match type", ext: "relational", arg: text}, "value": {group: "match type", ext: "relational", arg: text},
		"comparator": {group: "comparator", arg: text},
	}
	// RFC 5228 section 2.7.4, RFC 5233 section 4.
	tagsPart = map[string]tagSpec{
		"localpart": {group: "address part"}, "domain": {group: "address part"}, "all": {group: "address part"},
		"user": {group: "address part", ext: "subaddress"}, "detail": {group: "address part", ext: "subaddress"},
	}
	// RFC 5260 section 6.
	tagsIndex = map[string]tagSpec{"index": {group: "index", ext: "index", arg: number}, "last": {group: "last", ext: "index"}}
	tagsZone  = map[string]tagSpec{"zone": {group: "zone", arg: text}}
	// RFC 5232 section 5.
	tagsFlags = map[string]tagSpec{"flags": {group: "flags", ext: "imap4flags", arg: texts}}
	// RFC 5229 section 4.1.
	tagsSet = map[string]tagSpec{
		"lower": {group: "case"}, "upper": {group: "case"}, "lowerfirst": {group: "case of the first letter"},
		"upperfirst": {group: "case of the first letter"}, "quotewildcard": {group: "quoting"}, "length": {group: "length"},
	}
	// RFC 5173 section 5.
	tagsBody = map[string]tagSpec{"raw": {group: "transform"}, "content": {group: "transform", arg: texts}, "text": {group: "transform"}}
	// RFC 5230 section 4, RFC 6131.
	tagsVacation = map[string]tagSpec{
		"days": {group: "period", arg: number}, "seconds": {group: "period", ext: "vacation-seconds", arg: number},
		"subject": {group: "subject", arg: text}, "from": {group: "from", arg: text},
		"addresses": {group: "addresses", arg: texts}, "mime": {group: "mime"}, "handle": {group: "handle", arg: text},
	}
	tagsFileinto = map[string]tagSpec{
		"copy": {group: "copy", ext: "copy"}, "create": {group: "create", ext: "mailbox"},
		"mailboxid": {group: "mailboxid", ext: "mailboxid", arg: text},
	}
)

// specs is every command and test by name.
var specs = map[string]spec{
	"require":  {args: []form{texts}},
	"if":       {tests: 1, block: true},
	"elsif":    {tests: 1, block: true},
	"else":     {block: true},
	"stop":     {},
	"keep":     {tags: tagsFlags},
	"discard":  {},
	"redirect": {tags: map[string]tagSpec{"copy": {group: "copy", ext: "copy"}}, args: []form{text}},
	"fileinto": {ext: "fileinto", tags: join(tagsFileinto, tagsFlags), args: []form{text}},
	"set":      {ext: "variables", tags: tagsSet, args: []form{text, text}},
	"vacation": {ext: "vacation", tags: tagsVacation, args: []form{text}},
	"error":    {ext: "ihave", args: []form{text}},

	"setflag":    {ext: "imap4flags", args: []form{texts}, extra: true},
	"addflag":    {ext: "imap4flags", args: []form{texts}, extra: true},
	"removeflag": {ext: "imap4flags", args: []form{texts}, extra: true},

	"true":     {test: true},
	"false":    {test: true},
	"not":      {test: true, tests: 1},
	"allof":    {test: true, tests: -1},
	"anyof":    {test: true, tests: -1},
	"size":     {test: true, tags: map[string]tagSpec{"over": {group: "bound"}, "under": {group: "bound"}}, args: []form{number}},
	"exists":   {test: true, args: []form{texts}},
	"header":   {test: true, tags: join(tagsMatch, tagsIndex), args: []form{texts, texts}},
	"address":  {test: true, tags: join(tagsMatch, tagsPart, tagsIndex), args: []form{texts, texts}},
	"envelope": {test: true, ext: "envelope", tags: join(tagsMatch, tagsPart), args: []form{texts, texts}},
	"body":     {test: true, ext: "body", tags: join(tagsMatch, tagsBody), args: []form{texts}},
	"string":   {test: true, ext: "variables", tags: tagsMatch, args: []form{texts, texts}},
	"hasflag":  {test: true, ext: "imap4flags", tags: tagsMatch, args: []form{texts}, extra: true},
	"ihave":    {test: true, ext: "ihave", args: []form{texts}},

	// Our own: the letter has something to offer for download (RFC 8621 hasAttachment).
	"hasattachment":   {test: true, ext: "vnd.chancery.attachment"},
	"mailboxexists":   {test: true, ext: "mailbox", args: []form{texts}},
	"mailboxidexists": {test: true, ext: "mailboxid", args: []form{texts}},

	"date": {test: true, ext: "date", args: []form{text, text, texts},
		tags: join(tagsMatch, tagsIndex, tagsZone, map[string]tagSpec{"originalzone": {group: "zone"}})},
	"currentdate": {test: true, ext: "date", tags: join(tagsMatch, tagsZone), args: []form{text, texts}},
}
