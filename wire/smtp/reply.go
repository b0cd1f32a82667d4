package smtp

import (
	"bufio"
	"fmt"
	"strings"

	"chancery/kit/errs"
)

// Reply is an answer of a server.
type Reply struct {
	Code     int
	Enhanced string // "5.1.1", "" when the server gives none
	Lines    []string
}

// Ok says whether the command was carried out or may go on.
func (r Reply) Ok() bool { return r.Code >= 200 && r.Code < 400 }

// Permanent says whether trying again is of no use.
func (r Reply) Permanent() bool { return r.Code >= 500 }

// Status returns the enhanced code, made up from the class when there is none
// (RFC 3463).
func (r Reply) Status() string {
	if r.Enhanced != "" {
		return r.Enhanced
	}
	return fmt.Sprintf("%d.0.0", r.Code/100)
}

// String returns the reply on one line, as deliveryStatus of RFC 8621 section
// 7 wants it.
func (r Reply) String() string {
	text := strings.Join(r.Lines, " ")
	if r.Enhanced != "" {
		return fmt.Sprintf("%d %s %s", r.Code, r.Enhanced, text)
	}
	return fmt.Sprintf("%d %s", r.Code, text)
}

// Bounds on what a server may answer.
const (
	maxReplyLine  = 4096
	maxReplyLines = 200
)

// ReadReply reads one reply of one or more lines (RFC 5321 section 4.2).
func ReadReply(br *bufio.Reader) (r Reply, err error) {
	for n := 0; ; n++ {
		line, err := readReplyLine(br)
		if err != nil {
			return r, err
		}
		if n >= maxReplyLines {
			return r, errs.E(errs.Unavailable, "the server's answer does not end")
		}
		code, more, text, ok := splitReply(line)
		if !ok || n > 0 && code != r.Code {
			return r, errs.E(errs.Unavailable, "the server's answer is no SMTP reply: %s", printable(line))
		}
		r.Code = code
		enhanced, rest := cutEnhanced(code, text)
		if n == 0 {
			r.Enhanced = enhanced
		}
		if enhanced == r.Enhanced {
			text = rest
		}
		r.Lines = append(r.Lines, text)
		if !more {
			return r, nil
		}
	}
}

func readReplyLine(br *bufio.Reader) (string, error) {
	var b strings.Builder
	for {
		part, err := br.ReadSlice('\n')
		if b.Len()+len(part) > maxReplyLine {
			return "", errs.E(errs.Unavailable, "a line of the server's answer is too long")
		}
		b.Write(part)
		if err == nil {
			return strings.TrimRight(b.String(), "\r\n"), nil
		}
		if err != bufio.ErrBufferFull {
			return "", err
		}
	}
}

func splitReply(line string) (code int, more bool, text string, ok bool) {
	if len(line) < 3 || len(line) > 3 && line[3] != ' ' && line[3] != '-' {
		return 0, false, "", false
	}
	for i := range 3 {
		if line[i] < '0' || line[i] > '9' {
			return 0, false, "", false
		}
		code = code*10 + int(line[i]-'0')
	}
	if code < 200 || code > 599 {
		return 0, false, "", false
	}
	if len(line) > 4 {
		text = strings.ToValidUTF8(line[4:], "?")
	}
	return code, len(line) > 3 && line[3] == '-', text, true
}

// cutEnhanced takes an enhanced status code off the text (RFC 2034 section 4).
func cutEnhanced(code int, text string) (enhanced, rest string) {
	word, rest, _ := strings.Cut(text, " ")
	parts := strings.Split(word, ".")
	if len(parts) != 3 || len(word) > 11 || parts[0] != string(rune('0'+code/100)) {
		return "", text
	}
	for _, p := range parts {
		if p == "" || len(p) > 3 || strings.Trim(p, "0123456789") != "" {
			return "", text
		}
	}
	return word, rest
}
