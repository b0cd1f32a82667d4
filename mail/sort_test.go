package mail

import (
	"fmt"
	"slices"
	"testing"

	"chancery/kit/testkit"
)

// TestSortByAttachment puts letters with files first, each part newest first.
func TestSortByAttachment(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		p := newPostOffice(t, url, Outbound{})
		file := "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nx\r\n--b\r\nContent-Type: application/pdf\r\nContent-Disposition: attachment; filename=a.pdf\r\n\r\nx\r\n--b--\r\n"
		var ids []int64
		for i, rest := range []string{"\r\nx\r\n", file, "\r\nx\r\n", file} {
			ids = append(ids, p.append(t, p.ann, inboxID, fmt.Sprintf("From: x@far.example\r\nSubject: %d\r\n%s", i, rest)).ID)
		}
		var got []int64
		list := must(p.ann.Query(t.Context(), must(p.ann.Snapshot(t.Context())), Filter{InMailbox: inboxID}, []Sort{{By: ByAttachment, Descending: true}, {By: ByReceived, Descending: true}}, false))
		for _, m := range list {
			got = append(got, m.ID)
		}
		if want := []int64{ids[3], ids[1], ids[2], ids[0]}; !slices.Equal(got, want) {
			t.Errorf("%v, want %v", got, want)
		}
	})
}
