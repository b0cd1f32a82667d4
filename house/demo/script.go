package demo

import (
	"slices"
	"strings"
	"unicode/utf8"

	"chancery/kit/errs"
)

// A script is a thread, or a series of like letters, as a person writes it:
//
//	## north-ring                          a thread starts
//	file: lin.yating=工程/北環路            who files it where once it is read
//	### lin.yating > wei.junkai, box:roads ; list:works
//	at: -12d 09:20                         twelve working days before now
//	subject: 北環路夜間施工
//	body in the mark-up of markup.go, from the first line that is no header
//	+++ 說明.pdf                            an attachment made from the lines below
//	### wei.junkai > lin.yating            a reply to the letter before
//
// The arrow line is "from > to ; cc ; bcc". A name is the key of a person,
// box:shared, list:list, @outsider, or "me@x.example" as it stands. Other
// header lines of a letter: reply (number of the letter answered, or none),
// format (plain, rich, html, news), charset, encoding, sign, quote, flags
// (who=unread,star; ...), folder (who=path; ...), head (a raw header field),
// auth (pass, fail, none), envelope (another return path), forward, lang, draft.
//
// A series has "repeat: 12 every 2d from -40d 08:30" in its thread part and
// pools of rows: "+++ pool name". Its one letter is written once for each
// repetition. {name.2} is the second field of the row drawn from the pool;
// the other placeholders are in fill.go.
type script struct {
	id     string
	lang   string
	head   fields
	pools  map[string][][]string
	letter []letter
}

// letter is one message of a script.
type letter struct {
	from        string
	to, cc, bcc []string
	head        fields
	body        string
	parts       []part
}

// part is one "+++" block of a letter.
type part struct {
	name string
	text string
}

// fieldNames are the words that start a header line.
var fieldNames = strings.Fields("at subject reply format charset encoding sign quote flags folder " +
	"head auth envelope forward lang draft file repeat")

// fields are the header lines of a thread or letter.
type fields map[string][]string

// get returns the first value of a field, or the fallback.
func (f fields) get(name, fallback string) string {
	if v := f[name]; len(v) > 0 {
		return v[0]
	}
	return fallback
}

// scriptParser walks the lines of one file.
type scriptParser struct {
	lang    string
	scripts []script
	inHead  bool
	text    *strings.Builder // where body lines go
	close   func()
}

// parseScripts reads one file of scripts.
func parseScripts(lang, text string) ([]script, error) {
	if !utf8.ValidString(text) {
		return nil, errs.E(errs.Invalid, "a script is UTF-8")
	}
	p := &scriptParser{lang: lang, close: func() {}}
	for line := range strings.Lines(text) {
		if err := p.line(strings.TrimRight(line, " \r\n")); err != nil {
			return nil, err
		}
	}
	p.close()
	return p.scripts, nil
}

func (p *scriptParser) line(line string) error {
	switch {
	case strings.HasPrefix(line, "## "):
		p.close()
		p.close = func() {}
		p.scripts = append(p.scripts, script{id: strings.TrimSpace(line[3:]), lang: p.lang, head: fields{}, pools: map[string][][]string{}})
		p.inHead, p.text = true, nil
	case len(p.scripts) == 0:
		if line != "" && line[0] != '#' {
			return errs.E(errs.Invalid, "%q stands before the first thread", line)
		}
	case strings.HasPrefix(line, "### "):
		return p.letter(line[4:])
	case strings.HasPrefix(line, "+++ "):
		return p.block(strings.TrimSpace(line[4:]))
	case p.inHead && p.field(line):
	case p.text != nil:
		p.inHead = false
		p.text.WriteString(line + "\n")
	case line != "":
		return errs.E(errs.Invalid, "%q is no header line and belongs to no letter", line)
	}
	return nil
}

func (p *scriptParser) current() *script { return &p.scripts[len(p.scripts)-1] }

// letter starts a letter from its arrow line.
func (p *scriptParser) letter(arrow string) error {
	p.close()
	from, rest, ok := strings.Cut(arrow, ">")
	if strings.HasPrefix(arrow, `"`) {
		// A quoted sender may hold an address in angle brackets.
		from, rest, ok = strings.Cut(arrow, `" >`)
		from += `"`
	}
	if !ok {
		return errs.E(errs.Invalid, "%q has no arrow", arrow)
	}
	groups := append(splitTrim(rest, ";"), "", "")
	s := p.current()
	s.letter = append(s.letter, letter{from: strings.TrimSpace(from),
		to: list(groups[0], ","), cc: list(groups[1], ","), bcc: list(groups[2], ","), head: fields{}})
	i := len(s.letter) - 1
	p.inHead, p.text = true, &strings.Builder{}
	text := p.text
	p.close = func() { s.letter[i].body = strings.Trim(text.String(), "\n") }
	return nil
}

// block starts a pool of the script or a part of its newest letter.
func (p *scriptParser) block(name string) error {
	p.close()
	s := p.current()
	p.inHead, p.text = false, &strings.Builder{}
	text := p.text
	if pool, ok := strings.CutPrefix(name, "pool "); ok {
		p.close = func() {
			for _, row := range list(text.String(), "\n") {
				s.pools[pool] = append(s.pools[pool], splitTrim(row, "|"))
			}
		}
		return nil
	}
	if len(s.letter) == 0 {
		return errs.E(errs.Invalid, "the part %q belongs to no letter", name)
	}
	l := &s.letter[len(s.letter)-1]
	p.close = func() { l.parts = append(l.parts, part{name, strings.Trim(text.String(), "\n")}) }
	return nil
}

// field takes a header line; false means that the body has begun.
func (p *scriptParser) field(line string) bool {
	name, value, ok := strings.Cut(line, ":")
	if !ok || !slices.Contains(fieldNames, name) {
		return false
	}
	s := p.current()
	head := s.head
	if len(s.letter) > 0 {
		head = s.letter[len(s.letter)-1].head
	}
	head[name] = append(head[name], strings.TrimSpace(value))
	return true
}
