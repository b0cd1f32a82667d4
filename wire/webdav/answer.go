package webdav

import (
	"bufio"
	"encoding/xml"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// Value is a property with what is in it, written as XML already.
type Value struct {
	Name  xml.Name
	Inner string
}

// prefixes are declared at the top of every answer.
var prefixes = map[string]string{DAV: "d", CardDAV: "card", CalendarServer: "cs"}

const declared = ` xmlns:d="` + DAV + `" xmlns:card="` + CardDAV + `" xmlns:cs="` + CalendarServer + `"`

// Text makes a text fit to stand in an element.
func Text(s string) string {
	var b strings.Builder
	// It fails only when the writer does.
	_ = xml.EscapeText(&b, []byte(s))
	return b.String()
}

// Element writes an element of a name with what is in it.
func Element(name xml.Name, inner string) string {
	tag, space := name.Local, ""
	if p, ok := prefixes[name.Space]; ok {
		tag = p + ":" + tag
	} else if name.Space != "" {
		tag, space = "x:"+tag, ` xmlns:x="`+Text(name.Space)+`"`
	}
	if inner == "" {
		return "<" + tag + space + "/>"
	}
	return "<" + tag + space + ">" + inner + "</" + tag + ">"
}

// In is Element for a name that is known here.
func In(space, local string, inner ...string) string {
	return Element(xml.Name{Space: space, Local: local}, strings.Join(inner, ""))
}

// Href writes a place, its path escaped.
func Href(path string) string {
	return In(DAV, "href", Text((&url.URL{Path: path}).EscapedPath()))
}

// Status is the status line of a part of an answer.
func Status(code int) string {
	return In(DAV, "status", "HTTP/1.1 "+strconv.Itoa(code)+" "+http.StatusText(code))
}

// Answer is a multistatus (RFC 4918 section 13) that is written as it grows,
// so that a long one does not have to fit in memory.
type Answer struct {
	w     *bufio.Writer
	begin func()
	begun bool
}

// NewAnswer writes to w. Begin is called before the first byte.
func NewAnswer(w io.Writer, begin func()) *Answer {
	return &Answer{w: bufio.NewWriterSize(w, 32<<10), begin: begin}
}

func (a *Answer) write(parts ...string) {
	if !a.begun {
		a.begun = true
		a.begin()
		a.write(xml.Header, "<d:multistatus", declared, ">\n")
	}
	for _, p := range parts {
		// An error stays with the writer, and End returns it.
		_, _ = a.w.WriteString(p)
	}
}

// Begun says whether something was written, after which no other answer can
// be given.
func (a *Answer) Begun() bool { return a.begun }

// Properties answers for one place: what was found, and what there is not.
func (a *Answer) Properties(path string, found []Value, missing []xml.Name) {
	a.write("<d:response>", Href(path))
	if len(found) > 0 || len(missing) == 0 {
		a.propstat(found, http.StatusOK)
	}
	if len(missing) > 0 {
		none := make([]Value, len(missing))
		for i, m := range missing {
			none[i].Name = m
		}
		a.propstat(none, http.StatusNotFound)
	}
	a.write("</d:response>\n")
}

// Changes answers for a place whose properties were to change: all of them
// with the same outcome, or those that cannot be with Forbidden and the others
// with Failed Dependency (RFC 4918 section 9.2.1).
func (a *Answer) Changes(path string, done, refused, undone []xml.Name) {
	a.write("<d:response>", Href(path))
	for _, part := range []struct {
		names []xml.Name
		code  int
	}{{done, http.StatusOK}, {refused, http.StatusForbidden}, {undone, http.StatusFailedDependency}} {
		list := make([]Value, len(part.names))
		for i, n := range part.names {
			list[i].Name = n
		}
		if len(list) > 0 {
			a.propstat(list, part.code)
		}
	}
	a.write("</d:response>\n")
}

func (a *Answer) propstat(list []Value, code int) {
	a.write("<d:propstat><d:prop>")
	for _, v := range list {
		a.write(Element(v.Name, v.Inner))
	}
	a.write("</d:prop>", Status(code), "</d:propstat>")
}

// Failed answers for one place by a status, with what condition was not met,
// if any.
func (a *Answer) Failed(path string, code int, condition string) {
	a.write("<d:response>", Href(path), Status(code))
	if condition != "" {
		a.write(In(DAV, "error", condition))
	}
	a.write("</d:response>\n")
}

// End writes the rest: a token of the state, where there is one (RFC 6578
// section 6.4).
func (a *Answer) End(token string) error {
	a.write()
	if token != "" {
		a.write(In(DAV, "sync-token", Text(token)), "\n")
	}
	a.write("</d:multistatus>\n")
	return a.w.Flush()
}

// Failure is the body of an answer that names the condition that was not met
// (RFC 4918 section 16).
func Failure(condition, words string) string {
	text := ""
	if words != "" {
		text = In(DAV, "responsedescription", Text(words))
	}
	return xml.Header + "<d:error" + declared + ">" + condition + text + "</d:error>\n"
}
