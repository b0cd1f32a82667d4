package mime

import (
	"io"
	"strings"
)

// Disposition is what a read receipt says (RFC 8098 section 3.2).
type Disposition struct {
	ReportingUA       string
	Gateway           string // MDN-Gateway
	OriginalRecipient string // with its type, "rfc822; ann@city.example"
	FinalRecipient    string // address alone
	OriginalMessageID string // without brackets
	ActionMode        string // manual-action, automatic-action
	SendingMode       string // mdn-sent-manually, mdn-sent-automatically
	Type              string // displayed, deleted, dispatched, processed
	Errors            []string
	Extensions        []Field
}

// maxDisposition bounds the part that is read.
const maxDisposition = 32 << 10

// Disposition reads the receipt that a message is; ok is false when it is none.
func (m *Message) Disposition(src io.ReaderAt) (d Disposition, ok bool) {
	if m.Root.Type != "multipart/report" || !strings.EqualFold(m.Root.Params.Get("report-type"), "disposition-notification") {
		return d, false
	}
	for _, p := range m.Root.Parts {
		if p.Type == "message/disposition-notification" || p.Type == "message/global-disposition-notification" {
			text, err := io.ReadAll(io.LimitReader(p.Open(src), maxDisposition))
			if err != nil {
				return d, false
			}
			return ParseDisposition(string(text))
		}
	}
	return d, false
}

// ParseDisposition reads the fields for machines. Names have no case; fields
// may be folded; what is not known is an extension.
func ParseDisposition(text string) (d Disposition, ok bool) {
	for _, f := range dispositionLines(text) {
		name, value, found := strings.Cut(f, ":")
		name, value = strings.TrimSpace(name), strings.TrimSpace(value)
		if !found || name == "" || value == "" {
			continue
		}
		switch strings.ToLower(name) {
		case "reporting-ua":
			d.ReportingUA = value
		case "mdn-gateway":
			d.Gateway = value
		case "original-recipient":
			d.OriginalRecipient = value
		case "final-recipient":
			if _, address, typed := strings.Cut(value, ";"); typed {
				value = strings.TrimSpace(address)
			}
			d.FinalRecipient = value
		case "original-message-id":
			d.OriginalMessageID = strings.Trim(value, "<> \t")
		case "disposition":
			d.read(value)
		case "error":
			d.Errors = append(d.Errors, value)
		default:
			d.Extensions = append(d.Extensions, Field{Name: name, Value: value})
		}
	}
	return d, d.FinalRecipient != "" && d.Type != ""
}

// read takes "manual-action/MDN-sent-manually; displayed/error" apart (RFC
// 8098 section 3.2.6).
func (d *Disposition) read(value string) {
	modes, kind, _ := strings.Cut(value, ";")
	kind, _, _ = strings.Cut(kind, "/")
	action, sending, _ := strings.Cut(modes, "/")
	clean := func(s string) string { return strings.ToLower(strings.TrimSpace(s)) }
	d.ActionMode, d.SendingMode, d.Type = clean(action), clean(sending), clean(kind)
}

// maxDispositionFields bounds the fields of a receipt.
const maxDispositionFields = 100

// dispositionLines divides fields, each in one line.
func dispositionLines(text string) (out []string) {
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\r\n")
		switch {
		case line == "":
		case (line[0] == ' ' || line[0] == '\t') && len(out) > 0:
			out[len(out)-1] += " " + strings.TrimSpace(line)
		case len(out) >= maxDispositionFields:
			return out
		default:
			out = append(out, line)
		}
	}
	return out
}
