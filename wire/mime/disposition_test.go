package mime

import (
	"strings"
	"testing"
)

// TestDisposition reads receipts as programs write them.
func TestDisposition(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"RFC 8098 section 9", "Reporting-UA: joes-pc.cs.example.com; Foomail 97.1\r\nOriginal-Recipient: rfc822;Joe_Recipient@example.com\r\nFinal-Recipient: rfc822;Joe_Recipient@example.com\r\nOriginal-Message-ID: <199509192301.23456@example.org>\r\nDisposition: manual-action/MDN-sent-manually; displayed\r\n",
			"Joe_Recipient@example.com 199509192301.23456@example.org manual-action mdn-sent-manually displayed true"},
		{"folded, odd case, LF", "final-recipient: rfc822;\n ann@city.example\nDISPOSITION: automatic-action/mdn-sent-automatically;\n\tDisplayed/warning\n",
			"ann@city.example  automatic-action mdn-sent-automatically displayed true"},
		{"no type", "Final-Recipient: rfc822; ann@city.example\r\n", "ann@city.example     false"},
		{"no recipient", "Disposition: manual-action/MDN-sent-manually; deleted\r\n", "  manual-action mdn-sent-manually deleted false"},
		{"nothing", "", "     false"},
	} {
		d, ok := ParseDisposition(c.text)
		got := strings.Join([]string{d.FinalRecipient, d.OriginalMessageID, d.ActionMode, d.SendingMode, d.Type, map[bool]string{true: "true", false: "false"}[ok]}, " ")
		if got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

// FuzzDisposition takes any receipt.
func FuzzDisposition(f *testing.F) {
	f.Add("Final-Recipient: rfc822;a@b\r\nDisposition: manual-action/MDN-sent-manually; displayed\r\nX: y\r\n")
	f.Add("Disposition: ;;//\n folded")
	f.Add(":\n:\n Error: x")
	f.Fuzz(func(t *testing.T, text string) {
		d, ok := ParseDisposition(text)
		if ok && (d.FinalRecipient == "" || d.Type == "") {
			t.Errorf("%+v", d)
		}
		if len(d.Extensions)+len(d.Errors) > maxDispositionFields {
			t.Error("more fields than the bound")
		}
	})
}
