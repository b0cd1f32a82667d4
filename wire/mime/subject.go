package mime

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// replyMarks are the words before a colon that mark a reply or a forward, in
// lower case and NFC. RFC 5256 has re, fw and fwd; the others are what clients
// write in the languages of our region and the commonest European ones.
var replyMarks = map[string]bool{
	"re": true, "fw": true, "fwd": true,
	"回复": true, "答复": true, "转发": true, "回覆": true, "答覆": true, "回信": true, "轉寄": true, "轉發": true, "转寄": true, "回應": true,
	"trả lời": true, "tl": true, "chuyển tiếp": true, "ct": true, "fw-ct": true,
	"답장": true, "회신": true, "전달": true, "[답장]": true,
	"返信": true, "転送": true,
	"aw": true, "wg": true, "sv": true, "vs": true, "vb": true, "antw": true, "rv": true, "tr": true, "r": true, "rif": true, "odp": true, "ynt": true, "rép": true,
}

// maxReplyMark bounds the bytes before the colon that are looked at,
// maxSubject those of the subject, since each mark taken off is another look.
const (
	maxReplyMark = 40
	maxSubject   = 1000
)

// BaseSubject returns a decoded subject without reply marks, list tags and
// forward marks (RFC 5256 section 2.1), and whether there were any that make
// it a reply or forward. Two messages of one thread have the same base
// subject; compare it case-folded.
func BaseSubject(subject string) (base string, isReply bool) {
	if len(subject) > maxSubject {
		subject = trimPartialRune(subject[:maxSubject])
	}
	// Step 1: white space to single spaces.
	s := strings.Join(strings.Fields(norm.NFC.String(subject)), " ")
	for {
		before := s
		// Step 2: trailing "(fwd)" and white space.
		for {
			t := strings.TrimRight(s, " ")
			if n := len(t) - len("(fwd)"); n >= 0 && strings.EqualFold(t[n:], "(fwd)") {
				t, isReply = t[:n], true
			}
			if t == s {
				break
			}
			s = t
		}
		// Steps 3 to 5: leaders and tags, as long as something is left.
		for {
			rest, wasReply, ok := cutLeader(s)
			if !ok {
				if rest, ok = cutBlob(s); ok && rest == "" {
					ok = false // the tag is all there is, so it is the subject
				}
			}
			if !ok {
				break
			}
			s, isReply = rest, isReply || wasReply
		}
		// Step 6: "[fwd: ...]" around the whole.
		if len(s) > 6 && strings.EqualFold(s[:5], "[fwd:") && strings.HasSuffix(s, "]") {
			s, isReply = strings.TrimSpace(s[5:len(s)-1]), true
			continue
		}
		if s == before {
			return s, isReply
		}
	}
}

// cutLeader takes "Re: ", "Fwd[2]: ", "[tag] Re: " or its like off the front.
func cutLeader(s string) (rest string, isReply, ok bool) {
	t := strings.TrimLeft(s, " ")
	for {
		after, found := cutBlob(t)
		if !found {
			break
		}
		t = after
	}
	head := t[:min(len(t), maxReplyMark)]
	i := strings.IndexAny(head, ":：")
	if i < 0 {
		return s, false, false
	}
	_, width := utf8.DecodeRuneInString(t[i:])
	mark := strings.TrimRight(t[:i], " ")
	mark = strings.TrimRight(cutCount(mark), " ")
	if !replyMarks[strings.ToLower(mark)] {
		return s, false, false
	}
	return strings.TrimLeft(t[i+width:], " "), true, true
}

// cutCount takes a reply count off a mark: Re[2], Re(2), Re*2, Re2, Re^2.
func cutCount(mark string) string {
	t := strings.TrimRight(mark, ")]）")
	d := strings.TrimRightFunc(t, unicode.IsDigit)
	if d == t {
		if i := strings.LastIndexByte(mark, '['); i > 0 && strings.HasSuffix(mark, "]") {
			return mark[:i] // subj-refwd allows any blob here
		}
		return mark
	}
	return strings.TrimRight(d, "([*^（")
}

// cutBlob takes one "[tag] " off the front (subj-blob).
func cutBlob(s string) (rest string, ok bool) {
	if !strings.HasPrefix(s, "[") {
		return s, false
	}
	i := strings.IndexAny(s[1:], "[]")
	if i < 0 || s[1+i] != ']' {
		return s, false
	}
	if strings.HasPrefix(strings.ToLower(s), "[fwd:") {
		return s, false // step 6 takes the brackets off as a pair
	}
	return strings.TrimLeft(s[i+2:], " "), true
}
