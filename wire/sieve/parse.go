package sieve

import "errors"

// value is an argument: a tag, a number, a string or a list of strings.
type value struct {
	kind   kind // kindTag, kindNumber or kindText
	list   []string
	isList bool
	number uint64
	pos    Pos
}

// command is a command or a test with what it was given (RFC 5228 section
// 8.2). After the check, tags and args are sorted out.
type command struct {
	name  string
	pos   Pos
	raw   []value
	tests []*command
	paren bool // the tests stood in parentheses
	block []*command
	braces,
	off bool // off: the block can never run, as an extension is missing (ihave)

	tags map[string]value
	args []value
}

// Script is a checked script. It is not changed by running and may be shared.
type Script struct {
	commands []*command
	lim      Limits
	// has are the extensions that were required.
	has map[string]bool
}

// Parse reads and checks a script. The error is [Errors].
func Parse(text string, lim Limits) (*Script, error) {
	lim = lim.withDefaults()
	if len(text) > lim.Script {
		return nil, Errors{at(Pos{1, 1}, "the script has %d bytes, at most %d are allowed", len(text), lim.Script)}
	}
	p := &parser{lex: lexer{src: text, line: 1, lim: lim}, lim: lim}
	var list []*command
	err := p.step()
	if err == nil {
		list, err = p.commands(0)
	}
	if err != nil {
		var e Error
		errors.As(err, &e)
		return nil, Errors{e}
	}
	c := &checker{lim: lim, has: map[string]bool{}}
	c.script(list)
	if len(c.errs) > 0 {
		return nil, c.errs
	}
	return &Script{commands: list, lim: lim, has: c.has}, nil
}

// parser follows the grammar of RFC 5228 section 8.2.
type parser struct {
	lex   lexer
	lim   Limits
	tok   token
	count int
}

func (p *parser) step() (err error) {
	p.tok, err = p.lex.next()
	return err
}

func (p *parser) is(punct string) bool { return p.tok.kind == kindPunct && p.tok.text == punct }

// commands reads up to the end of the script, or of the block at a depth.
func (p *parser) commands(depth int) (list []*command, err error) {
	for {
		switch {
		case p.tok.kind == kindEnd && depth == 0:
			return list, nil
		case p.tok.kind == kindEnd:
			return nil, at(p.tok.pos, "the script ends within a block: } is missing")
		case p.is("}") && depth > 0:
			return list, p.step()
		case p.is("}"):
			return nil, at(p.tok.pos, "this } closes nothing")
		case p.tok.kind != kindWord:
			return nil, at(p.tok.pos, "a command is expected here")
		}
		c, err := p.one(depth)
		if err != nil {
			return nil, err
		}
		switch {
		case p.is(";"):
			err = p.step()
		case p.is("{"):
			c.braces = true
			if err = p.step(); err == nil {
				c.block, err = p.commands(depth + 1)
			}
		default:
			err = at(p.tok.pos, "after the command %q a ; or a block in { } is expected", c.name)
		}
		if err != nil {
			return nil, err
		}
		list = append(list, c)
	}
}

// one reads a command or test: its name, arguments and tests.
func (p *parser) one(depth int) (*command, error) {
	c := &command{name: p.tok.text, pos: p.tok.pos}
	if depth > p.lim.Nesting {
		return nil, at(c.pos, "blocks and tests are nested more than %d deep", p.lim.Nesting)
	}
	if p.count++; p.count > p.lim.Commands {
		return nil, at(c.pos, "the script has more than %d commands and tests", p.lim.Commands)
	}
	if err := p.step(); err != nil {
		return nil, err
	}
	for {
		v := value{kind: p.tok.kind, pos: p.tok.pos, number: p.tok.number}
		switch {
		case p.tok.kind == kindTag, p.tok.kind == kindText:
			v.list = []string{p.tok.text}
		case p.tok.kind == kindNumber:
		case p.is("["):
			list, err := p.list()
			if err != nil {
				return nil, err
			}
			v.kind, v.list, v.isList = kindText, list, true
			c.raw = append(c.raw, v)
			continue
		case p.is("("):
			c.paren = true
			return c, p.testList(c, depth)
		case p.tok.kind == kindWord:
			t, err := p.one(depth + 1)
			if err != nil {
				return nil, err
			}
			c.tests = []*command{t}
			return c, nil
		default:
			return c, nil
		}
		c.raw = append(c.raw, v)
		if len(c.raw) > maxArguments {
			return nil, at(c.pos, "%q has too many arguments", c.name)
		}
		if err := p.step(); err != nil {
			return nil, err
		}
	}
}

// maxArguments is more than any command can have.
const maxArguments = 40

func (p *parser) list() (list []string, err error) {
	start := p.tok.pos
	for {
		if err := p.step(); err != nil {
			return nil, err
		}
		if p.tok.kind != kindText {
			return nil, at(p.tok.pos, "a text in quotation marks is expected in the list")
		}
		if list = append(list, p.tok.text); len(list) > p.lim.List {
			return nil, at(start, "the list has more than %d texts", p.lim.List)
		}
		if err := p.step(); err != nil {
			return nil, err
		}
		switch {
		case p.is("]"):
			return list, p.step()
		case !p.is(","):
			return nil, at(p.tok.pos, "a comma or ] is expected in the list")
		}
	}
}

func (p *parser) testList(c *command, depth int) error {
	for {
		if err := p.step(); err != nil {
			return err
		}
		if p.tok.kind != kindWord {
			return at(p.tok.pos, "a test is expected here")
		}
		t, err := p.one(depth + 1)
		if err != nil {
			return err
		}
		c.tests = append(c.tests, t)
		switch {
		case p.is(")"):
			return p.step()
		case !p.is(","):
			return at(p.tok.pos, "a comma or ) is expected between tests")
		}
	}
}
