package demo

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"math/rand/v2"
	"path"
	"strings"
	"time"

	"chancery/kit/errs"
)

// part makes the MIME entity of one "+++" block: "invite METHOD", "inline
// name" (a picture shown in the text), or the name of a file.
func (w *writer) part(p *plan, pt part, charset string, rng *rand.Rand) (*entity, string, error) {
	if method, ok := strings.CutPrefix(pt.name, "invite "); ok {
		ics, err := w.invitation(p, method, pt.text)
		if err != nil {
			return nil, "", err
		}
		// RFC 6047 section 2.4: the method in the type equals the one inside.
		return &entity{typ: "text/calendar; charset=UTF-8; method=" + method, encoding: "base64", content: ics}, "invite", nil
	}
	name, where, cid := pt.name, "attached", ""
	if inner, ok := strings.CutPrefix(name, "inline "); ok {
		name, where = inner, "inline"
		cid = inner + "@" + w.office.Domain
	}
	typ, data, err := makeFile(p.lang, name, pt.text, p.date, rng)
	if err != nil {
		return nil, "", errs.Wrap(errs.Internal, err, "%s", name)
	}
	e, err := attachment(charset, typ, name, cid, data)
	return e, where, err
}

// makeFile makes a file of the kind that its name says from a few lines of
// text: paragraphs for documents, rows for tables, settings for pictures,
// "file name: text" for archives.
func makeFile(lang, name, text string, date time.Time, rng *rand.Rand) (typ string, data []byte, err error) {
	switch path.Ext(name) {
	case ".pdf":
		data, err = makePDF(lang, text)
		return "application/pdf", data, err
	case ".docx":
		data, err = makeDOCX(text)
		return "application/vnd.openxmlformats-officedocument.wordprocessingml.document", data, err
	case ".xlsx":
		data, err = makeXLSX(rowsOf(text))
		return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", data, err
	case ".odt":
		data, err = makeODT(text)
		return "application/vnd.oasis.opendocument.text", data, err
	case ".png":
		data, err = makePicture(text, rng)
		return "image/png", data, err
	case ".zip":
		data, err = makeArchive(lang, text, date, rng)
		return "application/zip", data, err
	case ".csv":
		data, err = makeCSV(rowsOf(text))
		return "text/csv; charset=UTF-8", data, err
	case ".txt":
		return "text/plain; charset=UTF-8", []byte(strings.ReplaceAll(text, "\n", "\r\n") + "\r\n"), nil
	}
	return "", nil, errs.E(errs.Invalid, "no maker for %q", name)
}

// rowsOf reads "a | b | c" lines.
func rowsOf(text string) [][]string {
	var rows [][]string
	for _, line := range list(text, "\n") {
		rows = append(rows, splitTrim(line, "|"))
	}
	return rows
}

// makeCSV writes RFC 4180 with a byte order mark, as spreadsheets expect.
func makeCSV(rows [][]string) ([]byte, error) {
	b := bytes.NewBufferString("\ufeff")
	out := csv.NewWriter(b)
	out.UseCRLF = true
	if err := out.WriteAll(rows); err != nil {
		return nil, errs.Wrap(errs.Internal, err, "csv")
	}
	return b.Bytes(), nil
}

// makeArchive packs "name: text" lines; a | in the text starts a new line.
func makeArchive(lang, text string, date time.Time, rng *rand.Rand) ([]byte, error) {
	var files []packed
	for _, line := range list(text, "\n") {
		name, inner, ok := strings.Cut(line, ": ")
		if !ok {
			return nil, errs.E(errs.Invalid, "%q wants name: text", line)
		}
		if path.Ext(name) != ".csv" && path.Ext(name) != ".xlsx" {
			inner = strings.ReplaceAll(inner, " | ", "\n")
		}
		_, data, err := makeFile(lang, name, inner, date, rng)
		if err != nil {
			return nil, err
		}
		files = append(files, packed{name: name, data: data})
	}
	return pack(files)
}

// invitation writes an iCalendar object (RFC 5545, RFC 5546) from "start",
// "minutes", "place" and optional "summary", "rule", "uid", "note" lines.
func (w *writer) invitation(p *plan, method, text string) ([]byte, error) {
	set := fields{}
	for _, line := range list(text, "\n") {
		k, v, _ := strings.Cut(line, ":")
		set[strings.TrimSpace(k)] = append(set[strings.TrimSpace(k)], strings.TrimSpace(v))
	}
	start, err := parseWhen(w.now, set.get("start", ""))
	if err != nil {
		return nil, err
	}
	var minutes int
	if _, err := fmt.Sscan(set.get("minutes", "60"), &minutes); err != nil {
		return nil, errs.Wrap(errs.Invalid, err, "minutes of an invitation")
	}
	const utc = "20060102T150405Z"
	lines := []string{"BEGIN:VCALENDAR", "PRODID:-//Chancery//Demonstration//EN", "VERSION:2.0", "METHOD:" + method,
		"BEGIN:VEVENT", "UID:" + set.get("uid", p.script.id) + "@" + w.office.Domain, "SEQUENCE:" + set.get("sequence", "0"),
		"DTSTAMP:" + p.date.UTC().Format(utc), "DTSTART:" + start.UTC().Format(utc),
		"DTEND:" + start.Add(time.Duration(minutes)*time.Minute).UTC().Format(utc),
		"SUMMARY:" + icsText(set.get("summary", p.subject)), "LOCATION:" + icsText(set.get("place", ""))}
	if note := set.get("note", ""); note != "" {
		lines = append(lines, "DESCRIPTION:"+icsText(note))
	}
	if rule := set.get("rule", ""); rule != "" {
		lines = append(lines, "RRULE:"+rule)
	}
	lines = append(lines, w.attendees(p, method)...)
	status := "CONFIRMED"
	if method == "CANCEL" {
		status = "CANCELLED"
	}
	lines = append(lines, "STATUS:"+status, "END:VEVENT", "END:VCALENDAR")
	var b strings.Builder
	for _, line := range lines {
		b.WriteString(icsFold(line))
	}
	return []byte(b.String()), nil
}

// attendees names the organiser and the invited. In a REPLY (RFC 5546 section
// 3.2.3) the writer is the one attendee and the addressee the organiser.
func (w *writer) attendees(p *plan, method string) []string {
	name := func(m mailbox) string { return ";CN=\"" + strings.ReplaceAll(m.name, `"`, "'") + "\"" }
	if method == "REPLY" {
		return []string{"ORGANIZER" + name(p.to[0]) + ":mailto:" + p.to[0].addr,
			"ATTENDEE" + name(p.from) + ";PARTSTAT=ACCEPTED:mailto:" + p.from.addr}
	}
	lines := []string{"ORGANIZER" + name(p.from) + ":mailto:" + p.from.addr}
	for _, m := range append(append([]mailbox{}, p.to...), p.cc...) {
		people := []mailbox{m}
		if m.list != "" {
			people = nil
			for _, key := range w.members(m) {
				if one, err := w.resolve(key); err == nil && key != p.from.person {
					people = append(people, one)
				}
			}
		}
		for _, one := range people {
			lines = append(lines, "ATTENDEE"+name(one)+";ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:"+one.addr)
		}
	}
	return lines
}

// icsText escapes a TEXT value (RFC 5545 section 3.3.11).
func icsText(s string) string {
	return strings.NewReplacer(`\`, `\\`, ";", `\;`, ",", `\,`, "\n", `\n`).Replace(s)
}

// icsFold folds at 75 octets between characters (RFC 5545 section 3.1).
func icsFold(line string) string {
	var b strings.Builder
	n := 0
	for _, r := range line {
		size := len(string(r))
		if n+size > 75 {
			b.WriteString("\r\n ")
			n = 1
		}
		b.WriteRune(r)
		n += size
	}
	return b.String() + "\r\n"
}
