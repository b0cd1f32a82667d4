package mbox

import (
	"bytes"
	"strings"
	"time"
)

// separatorDates are the forms of the date in a separator: that of RFC 4155,
// and those that programs add a zone to.
var separatorDates = []string{
	"Mon Jan _2 15:04:05 2006", "Mon Jan _2 15:04:05 -0700 2006", "Mon Jan _2 15:04:05 2006 -0700",
	"Mon Jan _2 15:04:05 MST 2006", "Mon Jan _2 15:04 2006", "Mon, _2 Jan 2006 15:04:05 -0700",
}

// maxSeparator bounds the length of a separator line: the longest address of
// RFC 5321 and a date.
const maxSeparator = 512

// parseSeparator reads "From address date". What does not end in a date is a
// line of a letter whose writer did not quote it.
func parseSeparator(line []byte) (sender string, at time.Time, ok bool) {
	if len(line) > maxSeparator || !bytes.HasPrefix(line, []byte("From ")) {
		return "", time.Time{}, false
	}
	rest := strings.TrimSpace(string(line[len("From "):]))
	sender, _, _ = strings.Cut(rest, " ")
	// An address may be missing, or hold blanks in quotes: the date is looked
	// for after each blank.
	for text := rest; ; {
		if t, known := parseDate(text); known {
			if text == rest {
				sender = ""
			}
			return sender, t, true
		}
		var more bool
		if _, text, more = strings.Cut(text, " "); !more {
			break
		}
		text = strings.TrimLeft(text, " ")
	}
	return "", time.Time{}, false
}

func parseDate(text string) (time.Time, bool) {
	text = strings.Join(strings.Fields(text), " ")
	for _, form := range separatorDates {
		if t, err := time.Parse(form, text); err == nil {
			return t.UTC(), true
		}
	}
	return time.Time{}, false
}

// quoted says whether a line needs one more ">" (mboxrd), and isQuoted whether
// it has one to be taken away.
func quoted(line []byte) bool {
	return bytes.HasPrefix(bytes.TrimLeft(line, ">"), []byte("From "))
}

func isQuoted(line []byte) bool { return len(line) > 0 && line[0] == '>' && quoted(line) }
