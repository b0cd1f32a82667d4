package demo

import (
	"strconv"
	"strings"

	"chancery/kit/errs"
)

// Template is a letter prepared in advance, of a person or a shared mailbox.
type Template struct {
	Account    string // key of a person or a shared mailbox
	Kind       string // of document; empty for a plain letter
	DueDays    int
	Every      string
	Name       string
	Subject    string
	Paragraphs []string
	Asked      []Asked // of whom an answer was asked already
}

// Asked is one addressee of a request; Answer is empty while none came.
type Asked struct{ Person, Answer string }

// readTemplates parses content/office/templates.txt; its rules stand at its top.
func readTemplates(o *Office) error {
	text, err := content.ReadFile("content/office/templates.txt")
	if err != nil {
		return errs.Wrap(errs.Internal, err, "the embedded templates are missing")
	}
	for i, block := range strings.Split(string(text), "\n== ") {
		if i == 0 {
			continue // the comment at the top
		}
		t, err := parseTemplate(block)
		if err != nil {
			return err
		}
		o.Templates = append(o.Templates, t)
	}
	return nil
}

func parseTemplate(block string) (t Template, err error) {
	head, body, _ := strings.Cut(block, "\n")
	f := splitTrim(head, "|")
	if len(f) != 5 {
		return t, errs.E(errs.Internal, "templates.txt: %q has %d fields, want 5", head, len(f))
	}
	t = Template{Account: f[0], Kind: f[1], Every: f[3], Name: f[4]}
	if t.DueDays, err = strconv.Atoi(f[2]); err != nil {
		return t, errs.Wrap(errs.Internal, err, "templates.txt: %q", head)
	}
	fields, text, _ := strings.Cut(body, "\n\n")
	for _, line := range strings.Split(fields, "\n") {
		name, value, _ := strings.Cut(line, ":")
		value = strings.TrimSpace(value)
		switch name {
		case "Subject":
			t.Subject = value
		case "Ask":
			for _, who := range splitTrim(value, ";") {
				person, answer, _ := strings.Cut(who, "=")
				t.Asked = append(t.Asked, Asked{strings.TrimSpace(person), strings.TrimSpace(answer)})
			}
		default:
			return t, errs.E(errs.Internal, "templates.txt: %q in %s", line, t.Name)
		}
	}
	for _, p := range strings.Split(strings.TrimSpace(text), "\n\n") {
		t.Paragraphs = append(t.Paragraphs, strings.TrimSpace(p))
	}
	return t, nil
}
