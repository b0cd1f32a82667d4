package mime

import "strings"

// Bodies is a message as a person reads it: RFC 8621 section 4.1.4.
type Bodies struct {
	Text        []*Part // to show in order, plain text preferred
	HTML        []*Part // to show in order, HTML preferred
	Attachments []*Part
}

// Bodies sorts the parts by the algorithm of RFC 8621 section 4.1.4. Nested
// messages are attachments and not looked into.
func (m *Message) Bodies() Bodies {
	var b bodySorter
	text, html := &partList{}, &partList{}
	b.sort([]*Part{m.Root}, "mixed", false, html, text)
	return Bodies{Text: text.parts, HTML: html.parts, Attachments: b.attachments}
}

// HasAttachment says whether there is something to offer for download: an
// attachment that is not inline, and is neither a picture the HTML shows nor
// a signature, which clients verify and do not offer.
func (m *Message) HasAttachment() bool {
	b := m.Bodies()
	for _, p := range b.Attachments {
		switch {
		case p.Disp == "inline":
		case p.ID != "" && isInlineMedia(p.Type) && p.Disp != "attachment" && len(b.HTML) > 0:
		case isSignature(p.Type):
		default:
			return true
		}
	}
	return false
}

func isSignature(t string) bool {
	return t == "application/pkcs7-signature" || t == "application/x-pkcs7-signature" || t == "application/pgp-signature"
}

// partList is a list that the algorithm may give up: its null.
type partList struct{ parts []*Part }

func (l *partList) push(p *Part) {
	if l != nil {
		l.parts = append(l.parts, p)
	}
}

func (l *partList) length() int {
	if l == nil {
		return -1
	}
	return len(l.parts)
}

type bodySorter struct{ attachments []*Part }

func isInlineMedia(t string) bool {
	return strings.HasPrefix(t, "image/") || strings.HasPrefix(t, "audio/") || strings.HasPrefix(t, "video/")
}

// sort is parseStructure of the standard, with its names where they help.
func (b *bodySorter) sort(parts []*Part, kind string, inAlternative bool, html, text *partList) {
	textLength, htmlLength := text.length(), html.length()
	for i, p := range parts {
		if p.IsMultipart() {
			_, sub := p.Media()
			b.sort(p.Parts, sub, inAlternative || sub == "alternative", html, text)
			continue
		}
		if !isBodyPart(p, i, kind) {
			b.attachments = append(b.attachments, p)
			continue
		}
		if kind == "alternative" {
			switch p.Type {
			case "text/plain":
				text.push(p)
			case "text/html":
				html.push(p)
			default:
				b.attachments = append(b.attachments, p)
			}
			continue
		}
		if inAlternative {
			// Only in this list and those below, as in the standard: the
			// lists of the callers stay.
			if p.Type == "text/plain" {
				html = nil
			} else if p.Type == "text/html" {
				text = nil
			}
		}
		text.push(p)
		html.push(p)
		if (text == nil || html == nil) && isInlineMedia(p.Type) {
			b.attachments = append(b.attachments, p)
		}
	}
	if kind == "alternative" && text != nil && html != nil {
		fillEmpty(text, html, textLength, htmlLength)
	}
}

// isBodyPart tells a part of the body from an attachment. In a related set
// only the first can be one; a text with a name that is not the first is a file.
func isBodyPart(p *Part, i int, kind string) bool {
	if p.Disp == "attachment" || p.Type != "text/plain" && p.Type != "text/html" && !isInlineMedia(p.Type) {
		return false
	}
	return i == 0 || kind != "related" && (isInlineMedia(p.Type) || p.Name() == "")
}

// fillEmpty lends the only form found to the other list.
func fillEmpty(text, html *partList, textLength, htmlLength int) {
	switch {
	case textLength == len(text.parts) && htmlLength != len(html.parts):
		text.parts = append(text.parts, html.parts[htmlLength:]...)
	case htmlLength == len(html.parts) && textLength != len(text.parts):
		html.parts = append(html.parts, text.parts[textLength:]...)
	}
}
