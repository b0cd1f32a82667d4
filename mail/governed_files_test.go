package mail

import (
	"bytes"
	"encoding/base64"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"chancery/approval"
	"chancery/kit/errs"
	"chancery/kit/testkit"
	"chancery/mail/flow"
	"chancery/policy"
	"chancery/wire/personal"
)

// document is one of the files that LibreOffice made for wire/filetext.
func document(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "wire", "filetext", "testdata", name))
	check(t, err)
	return b
}

// withFile is a letter of ann to bob with a file.
func withFile(name string, b []byte) string {
	encoded := base64.StdEncoding.EncodeToString(b)
	var lines []string
	for line := range slices.Chunk([]byte(encoded), 76) {
		lines = append(lines, string(line))
	}
	return "From: ann@city.example\r\nTo: bob@city.example\r\nSubject: See the file\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nSee the file.\r\n" +
		"--b\r\nContent-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64\r\nContent-Disposition: attachment; filename=" + name + "\r\n\r\n" + strings.Join(lines, "\r\n") + "\r\n--b--\r\n"
}

// TestFilesAreLookedInto holds letters by what is in their files, and refuses
// what cannot be looked into.
func TestFilesAreLookedInto(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		hold := heldRule()
		hold.When.Words = []string{"鳳凰計畫"}
		g := newAgency(t, url, hold,
			flow.Rule{Name: "Open files", When: flow.When{Level: policy.Unlabelled, Attachments: &flow.Files{Unreadable: true}}, Then: flow.Then{Refuse: "Send files that can be read."}},
			flow.Rule{Name: "Numbers", When: flow.When{Level: policy.Unlabelled, Persons: 3}, Then: flow.Then{Refuse: "Too many numbers."}})
		ctx := t.Context()
		send := func(letter string) error {
			_, err := g.room.SubmitSMTP(ctx, g.ann.subject, Envelope{From: "ann@city.example", Rcpts: []RcptTo{{Address: "bob@city.example"}}}, Trace{Protocol: "ESMTPSA", ID: "x"}, strings.NewReader(letter))
			return err
		}
		for _, name := range []string{"letter.docx", "letter.pdf", "sheet.xlsx", "slides.odp"} {
			check(t, send(withFile(name, document(t, name))))
			list := g.waiting(t, g.carl)
			if len(list) != 1 {
				t.Fatalf("%s: %d letters wait", name, len(list))
			}
			about := must(g.room.aboutReview(ctx, g.carl.subject, list[0].Case, true)).(HeldLetter)
			if !slices.Contains(about.Found, flow.Mark{Where: flow.InFile, Kind: flow.KindWord, Text: "鳳凰計畫", File: name}) {
				t.Errorf("%s: found %+v", name, about.Found)
			}
			_, err := g.desk.Decide(ctx, g.carl.subject, list[0].Case.ID, approval.Refuse, "no")
			check(t, err)
		}
		for name, want := range map[string]string{"locked.pdf": "Send files that can be read.", "letter.doc": "Send files that can be read."} {
			if err := send(withFile(name, document(t, name))); !errs.Is(err, errs.Forbidden) || err.Error() != want {
				t.Errorf("%s: %v", name, err)
			}
		}
		list := []byte("A123456789, 4111111111111111, 0010991234 56\r\n001099123456\r\n")
		if err := send(withFile("list.csv", list)); !errs.Is(err, errs.Forbidden) || err.Error() != "Too many numbers." {
			t.Errorf("numbers in a list: %v", err)
		}
		if err := send(withFile("seal.png", []byte("\x89PNG\r\n\x1a\n\x00\x00"))); err != nil {
			t.Errorf("a picture: %v", err)
		}
		if got := g.got(t, g.bob); !slices.Equal(got, []string{"See the file"}) {
			t.Errorf("bob has %v", got)
		}
		g.sound(t)
	})
}

// TestForeseenInFiles tells the writer before sending, and advises a level.
func TestForeseenInFiles(t *testing.T) {
	hold := heldRule()
	hold.When.Words = []string{"鳳凰計畫"}
	g := newAgency(t, "", hold)
	opened := 0
	file := WritingFile{File: flow.File{Name: "letter.docx", Type: "application/octet-stream"}, Key: "k", Open: func() (io.ReadCloser, error) {
		opened++
		return io.NopCloser(bytes.NewReader(document(t, "letter.docx"))), nil
	}}
	for range 2 {
		seen, err := g.ann.Foresee(t.Context(), Writing{From: "ann@city.example", To: []string{"bob@city.example"}, Level: policy.Unlabelled, Text: "See the file.", Files: []WritingFile{file}})
		if err != nil || !seen.Held || len(seen.Reviewers) != 1 {
			t.Errorf("foreseen %+v, %v", seen, err)
		}
	}
	if opened != 2 {
		t.Errorf("asked %d times whether the file is the writer's", opened)
	}
	lost := WritingFile{Open: func() (io.ReadCloser, error) { return nil, errs.E(errs.NotFound, "no") }}
	a := g.room.Advise(t.Context(), "See the files", []WritingFile{file, lost, {}})
	if a.Level != policy.Internal || a.Found[personal.TaiwanID] != 1 || a.Found[personal.Card] != 1 {
		t.Errorf("advice %+v", a)
	}
}
