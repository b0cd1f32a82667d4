package smtp

import (
	"errors"
	"fmt"
	"io/fs"
	"net/netip"
	"path/filepath"
	"testing"

	"chancery/kit/errs"
	"chancery/mail"
	wire "chancery/wire/smtp"
)

// TestCodes is the map of errors to replies as a table.
func TestCodes(t *testing.T) {
	final := Config{FullIsFinal: true}
	for _, c := range []struct {
		conf Config
		at   stage
		err  error
		want string
	}{
		{Config{}, atMail, errs.E(errs.Invalid, ""), "501 5.1.7"},
		{Config{}, atRcpt, errs.E(errs.Invalid, ""), "501 5.1.3"},
		{Config{}, atData, errs.E(errs.Invalid, ""), "554 5.6.0"},
		{Config{}, atRcpt, errs.E(errs.NotFound, ""), "550 5.1.1"},
		{Config{}, atRcpt, errs.E(errs.Forbidden, ""), "550 5.7.1"},
		{Config{}, atMail, errs.E(errs.Forbidden, ""), "554 5.7.1"},
		{Config{}, atData, mail.ErrForbiddenFrom, "554 5.7.1"},
		{Config{}, atData, mail.ErrLoop, "554 5.4.6"},
		{Config{}, atData, fmt.Errorf("deep: %w", wire.ErrBareLine), "554 5.6.0"},
		{Config{}, atData, &mail.InvalidRecipients{Addresses: []string{"a"}, Err: errs.E(errs.NotFound, "")}, "550 5.1.1"},
		{Config{}, atRcpt, errs.E(errs.OverQuota, ""), "452 4.2.2"},
		{final, atRcpt, errs.E(errs.OverQuota, ""), "552 5.2.2"},
		{Config{}, atData, errs.E(errs.TooLarge, ""), "552 5.3.4"},
		{Config{}, atMail, errs.E(errs.Unsupported, ""), "555 5.5.4"},
		{Config{}, atAuth, errs.E(errs.Unauthenticated, ""), "535 5.7.8"},
		{Config{}, atRcpt, errs.E(errs.RateLimited, ""), "450 4.7.0"},
		{Config{}, atData, errs.E(errs.Unavailable, ""), "451 4.3.0"},
		{Config{}, atData, errors.New("a fault of ours"), "451 4.3.0"},
	} {
		x := &session{srv: &Server{conf: c.conf}}
		code, enhanced := x.codes(c.at, c.err)
		if got := fmt.Sprintf("%d %s", code, enhanced); got != c.want {
			t.Errorf("%v at %d: %s, want %s", c.err, c.at, got, c.want)
		}
	}
}

// TestFull refuses a full mailbox for now, by name, and takes the others.
func TestFull(t *testing.T) {
	o := newOffice(t, "", Config{}, mail.Config{DefaultQuota: 300})
	c, br := o.dial(t, MX)
	fmt.Fprint(c, "HELO x\r\nMAIL FROM:<x@out.example>\r\nRCPT TO:<ann@city.example>\r\nDATA\r\nSubject: a\r\n\r\n.\r\n")
	for _, code := range []string{"220", "250", "250", "250", "354", "250"} {
		expect(t, br, code)
	}
	// The next one is too much, which shows when it is there.
	fmt.Fprint(c, "MAIL FROM:<x@out.example>\r\nRCPT TO:<ann@city.example>\r\nDATA\r\nSubject: a\r\n\r\n"+fmt.Sprintf("%300s", "")+"\r\n.\r\n")
	for _, code := range []string{"250", "250", "354", "452 4.2.2"} {
		expect(t, br, code)
	}
	if n := len(o.inbox(t, "ann@city.example")); n != 1 {
		t.Errorf("%d letters", n)
	}
}

// TestLimitKey counts what one customer has as one address.
func TestLimitKey(t *testing.T) {
	for addr, want := range map[string]string{
		"192.0.2.7": "192.0.2.7", "::ffff:192.0.2.7": "192.0.2.7", "2001:db8:1:2:3:4:5:6": "2001:db8:1:2::",
	} {
		if got := limitKey(netip.MustParseAddr(addr).Unmap()); got != netip.MustParseAddr(want) {
			t.Errorf("%s counts as %s", addr, got)
		}
	}
}

// TestNothingLeft refuses a large letter at its end and finds no file of it.
func TestNothingLeft(t *testing.T) {
	o := newOffice(t, "", Config{}, mail.Config{DefaultQuota: 1000})
	files := func() (n int) {
		check(t, filepath.WalkDir(filepath.Join(o.data, "blobs"), func(path string, d fs.DirEntry, err error) error {
			if err == nil && !d.IsDir() {
				n++
			}
			return err
		}))
		return n
	}
	before := files()
	c, br := o.dial(t, MX)
	fmt.Fprint(c, "HELO x\r\nMAIL FROM:<x@out.example>\r\nRCPT TO:<ann@city.example>\r\nDATA\r\nSubject: a\r\n\r\n")
	for _, code := range []string{"220", "250", "250", "250", "354"} {
		expect(t, br, code)
	}
	for range 1000 {
		fmt.Fprintf(c, "%998s\r\n", "")
	}
	fmt.Fprint(c, ".\r\n")
	expect(t, br, "452 4.2.2")
	if after := files(); after != before {
		t.Errorf("%d files became %d", before, after)
	}
}
