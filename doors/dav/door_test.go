package dav

import (
	"fmt"
	"maps"
	"net/http"
	"strings"
	"testing"

	"chancery/contacts"
	"chancery/directory"
	"chancery/kit/id"
	"chancery/kit/testkit"
	"chancery/policy"
	"chancery/wire/webdav"
)

// TestSignIn takes a password or a token over a private line, and nothing else.
func TestSignIn(t *testing.T) {
	o := newOffice(t, "", Config{})
	for name, c := range map[string]struct {
		header string
		status int
	}{
		"nobody":         {"", http.StatusUnauthorized},
		"a cookie":       {"Cookie: chancery=token-wang", http.StatusUnauthorized},
		"wrong":          {"Authorization: Basic d2FuZ0BjaXR5LmV4YW1wbGU6d3Jvbmc=", http.StatusUnauthorized},
		"no password":    {"Authorization: Basic d2FuZw==", http.StatusUnauthorized},
		"another scheme": {"Authorization: Digest username=wang", http.StatusUnauthorized},
		"not from here":  {"Authorization: Basic d2FuZ0BjaXR5LmV4YW1wbGU6em9uZQ==", http.StatusForbidden},
		"too many":       {"Authorization: Basic d2FuZ0BjaXR5LmV4YW1wbGU6c2xvdw==", http.StatusTooManyRequests},
		"right":          {"Authorization: Basic d2FuZ0BjaXR5LmV4YW1wbGU6cmlnaHQ=", http.StatusOK},
		"a token":        {"Authorization: Bearer token-wang@city.example", http.StatusOK},
		"a wrong token":  {"Authorization: Bearer token-nobody@city.example", http.StatusUnauthorized},
	} {
		headers := []string{}
		if c.header != "" {
			headers = append(headers, c.header)
		}
		res, _ := o.do("", "OPTIONS", "/dav/", "", headers...)
		if seen := res.Header.Get("X-Seen"); (seen == "wang@city.example") != (c.status == http.StatusOK || c.status == http.StatusMultiStatus) {
			t.Errorf("%s: the log is told %q", name, seen)
		}
		if res.StatusCode != c.status || (c.status == http.StatusUnauthorized) != (res.Header.Get("WWW-Authenticate") != "") {
			t.Errorf("%s: %s %v", name, res.Status, res.Header)
		}
	}
	if res, _ := o.do("", "GET", "/dav/", "", "Sec-Fetch-Mode: no-cors"); res.StatusCode != http.StatusUnauthorized || res.Header.Get("WWW-Authenticate") != "" {
		t.Errorf("a page: %s %v", res.Status, res.Header)
	}
	o.plain = true
	if res, _ := o.do("wang", "OPTIONS", "/dav/", ""); res.StatusCode != http.StatusForbidden || res.Header.Get("WWW-Authenticate") != "" {
		t.Errorf("in the clear: %s", res.Status)
	}
}

// sync asks what changed since a token, and returns what it tells: names, with
// a minus for those that are gone.
func (o *office) sync(who, path, token string) (names, next string) {
	o.t.Helper()
	res, text := o.do(who, "REPORT", path, `<sync-collection xmlns="DAV:"><sync-token>`+token+`</sync-token><sync-level>1</sync-level><prop><getetag/></prop></sync-collection>`)
	if res.StatusCode != http.StatusMultiStatus {
		o.t.Fatalf("%s: %s", res.Status, text)
	}
	n, err := webdav.Parse([]byte(text), webdav.Limits{})
	must(o.t, err)
	var list []string
	for _, r := range n.All(webdav.DAV, "response") {
		_, name, _ := strings.Cut(r.Kid(webdav.DAV, "href").Text, "/organisation/")
		if strings.Contains(r.Kid(webdav.DAV, "status").Trimmed(), "404") {
			name = "-" + name
		}
		list = append(list, name)
	}
	return strings.Join(list, " "), n.Kid(webdav.DAV, "sync-token").Trimmed()
}

// TestOrganisationChanges follows the organisation's book while people come, go
// and are hidden.
func TestOrganisationChanges(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		o := newOffice(t, url, Config{})
		home := func(who string) string {
			return Root + homes + "/" + id.Text(accountID, o.people[who].Account) + "/" + officeSlug + "/"
		}
		card := func(who string) string { return id.Text(personID, o.people[who].ID) + ".vcf" }
		all, token := o.sync("wang", home("wang"), "")
		if want := card("wang") + " " + card("nguyen") + " " + id.Text(boxID, o.desk.ID) + ".vcf"; all != want {
			t.Errorf("all: %q, not %q", all, want)
		}
		if again, _ := o.sync("wang", home("wang"), token); again != "" {
			t.Errorf("nothing changed, but %q", again)
		}
		o.person("pham", "Phạm Thị Mai", "clerk", o.people["wang"].Posts[0].Unit)
		o.person("agent", "Agent", "agent", o.people["detective"].Posts[0].Unit)
		must(t, o.ChangePerson(t.Context(), policy.System(1), o.people["nguyen"].ID, func(p *directory.Person) error {
			p.Phone = "+886 2 9999"
			return nil
		}))
		changed, token := o.sync("wang", home("wang"), token)
		if !strings.Contains(changed, card("pham")) || !strings.Contains(changed, card("nguyen")) || strings.Contains(changed, card("agent")) || strings.Contains(changed, card("wang")) {
			t.Errorf("changed: %q", changed)
		}
		must(t, o.RemovePerson(t.Context(), policy.System(1), o.people["pham"].ID))
		if gone, _ := o.sync("wang", home("wang"), token); gone != "-"+card("pham") {
			t.Errorf("gone: %q", gone)
		}
		// Whom the rules hide is not kept by who has seen them: the state is not
		// known any more.
		must(t, o.SetVisibility(t.Context(), policy.System(1), []directory.Visibility{{Unit: o.people["nguyen"].Posts[0].Unit}}))
		res, text := o.do("detective", "REPORT", home("detective"), `<sync-collection xmlns="DAV:"><sync-token>`+token+`</sync-token><sync-level>1</sync-level><prop><getetag/></prop></sync-collection>`)
		if res.StatusCode != http.StatusForbidden || !strings.Contains(text, "valid-sync-token") {
			t.Errorf("%s %s", res.Status, text)
		}
		if all, _ := o.sync("detective", home("detective"), ""); strings.Contains(all, card("nguyen")) || !strings.Contains(all, card("agent")) {
			t.Errorf("after the rules changed: %q", all)
		}
	})
}

// TestPages reads the organisation's book page by page while somebody changes
// who was told already, and somebody comes: in the end nobody is missing.
func TestPages(t *testing.T) {
	o := newOffice(t, "", Config{MaxChanges: 2})
	unit := o.people["wang"].Posts[0].Unit
	for n := range 5 {
		o.person(fmt.Sprintf("p%d", n), fmt.Sprintf("Person %d", n), "", unit)
	}
	path := Root + homes + "/" + id.Text(accountID, o.people["wang"].Account) + "/" + officeSlug + "/"
	told, token := map[string]int{}, ""
	for page := 0; page < 20; page++ {
		names, next := o.sync("wang", path, token)
		for _, name := range strings.Fields(names) {
			told[name]++
		}
		if next == token {
			break
		}
		token = next
		if page == 1 {
			must(t, o.ChangePerson(t.Context(), policy.System(1), o.people["nguyen"].ID, func(p *directory.Person) error { p.Phone = "1"; return nil }))
			o.person("late", "Late", "", unit)
		}
	}
	for _, name := range []string{"wang", "nguyen", "p0", "p1", "p2", "p3", "p4", "late"} {
		card := id.Text(personID, o.people[name].ID) + ".vcf"
		if n := told[card]; n == 0 || name == "nguyen" && n < 2 {
			t.Errorf("%s was told %d times", name, n)
		}
	}
	if told[id.Text(personID, o.people["detective"].ID)+".vcf"] != 0 || !strings.HasPrefix(token, tokenPrefix) || strings.Contains(token, after) {
		t.Errorf("%v, and in the end %s", told, token)
	}
}

// TestRoundTrip changes in the web client what a program wrote: what nobody here
// has words for comes back all the same.
func TestRoundTrip(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		o := newOffice(t, url, Config{})
		me := o.people["wang"].Account
		acc, err := o.books.Account(t.Context(), policy.Subject{Org: 1, Account: me}, me)
		must(t, err)
		books, err := acc.NamedBooks(t.Context())
		must(t, err)
		path := Root + homes + "/" + id.Text(accountID, me) + "/" + books[0].Path + "/mine.vcf"
		text := "BEGIN:VCARD\r\nVERSION:3.0\r\nN:Trần;Bình;;;\r\nFN:Trần Bình\r\nitem1.EMAIL;TYPE=pref:binh@else.example\r\nitem1.X-ABLabel:Office\r\n" +
			"TEL;TYPE=CELL;X-EXTENSION=12:+84 90 1\r\nX-OWN;X-P=\"a;b\":x;y\\,z\r\nPHOTO;ENCODING=b;TYPE=JPEG:/9j/4AAQ\r\nUID:one\r\nEND:VCARD\r\n"
		if res, said := o.do("wang", "PUT", path, text); res.StatusCode != http.StatusCreated {
			t.Fatal(res.Status, said)
		}
		if _, got := o.do("wang", "GET", path, ""); got != text {
			t.Errorf("as it was put: %s", got)
		}
		c, err := acc.NamedCard(t.Context(), books[0].ID, "mine.vcf")
		must(t, err)
		_, err = acc.UpdateCard(t.Context(), c.ID, func(old *contacts.Card) (contacts.Card, error) {
			next := contacts.Card{Books: old.Books, JS: maps.Clone(old.JS)}
			next.JS["notes"] = map[string]any{"n1": map[string]any{"note": "from the web"}}
			return next, nil
		})
		must(t, err)
		res, got := o.do("wang", "GET", path, "", "Accept: text/vcard; version=3.0")
		for _, line := range strings.Split(text, "\r\n") {
			line = strings.NewReplacer("TYPE=CELL", "TYPE=cell", "X-ABLabel", "X-ABLABEL").Replace(line)
			if !strings.Contains(got, line) {
				t.Errorf("%q is lost: %s", line, got)
			}
		}
		if !strings.Contains(got, "NOTE:from the web") || matches(res.Header.Get("ETag"), cardTag(c.ID, c.Modseq)) {
			t.Errorf("%s %s", res.Header.Get("ETag"), got)
		}
	})
}

// TestStrangePaths finds nothing under names that are no text, on every engine.
func TestStrangePaths(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		o := newOffice(t, url, Config{})
		home := Root + homes + "/" + id.Text(accountID, o.people["wang"].Account) + "/"
		_, text := o.do("wang", "PROPFIND", home, "", "Depth: 1")
		at := strings.Index(text, "/k")
		book := home + text[at+1:at+15]
		for _, path := range []string{home + "%ff/", home + "%00/", book + "%ff.vcf", book + "a%00.vcf", book + "a%2Fb.vcf", book + "..%2f..%2f", home + "a1.k1/x.vcf", home + "organisation/p.vcf", home + "organisation/%ff.vcf"} {
			for _, method := range []string{"GET", "PROPFIND", "DELETE", "PUT"} {
				if res, text := o.do("wang", method, path, "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:x\r\nFN:X\r\nEND:VCARD\r\n", "Depth: 0"); res.StatusCode < 400 || res.StatusCode >= 500 {
					t.Errorf("%s %s: %s %s", method, path, res.Status, text)
				}
			}
		}
	})
}

// TestLarge holds an organisation that is too large to be taken whole to what
// is searched for.
func TestLarge(t *testing.T) {
	o := newOffice(t, "", Config{WholeUpTo: 10, MaxMatches: 5})
	for n := range 20 {
		o.person(fmt.Sprintf("p%d", n), fmt.Sprintf("Person %d", n), "", o.people["wang"].Posts[0].Unit)
	}
	path := Root + homes + "/" + id.Text(accountID, o.people["wang"].Account) + "/" + officeSlug + "/"
	res, text := o.do("wang", "PROPFIND", path, "", "Depth: 1")
	if res.StatusCode != http.StatusMultiStatus || strings.Count(text, ".vcf") != 0 || !strings.Contains(text, "507") {
		t.Errorf("listing: %s %s", res.Status, text)
	}
	_, text = o.do("wang", "PROPFIND", path, `<propfind xmlns="DAV:"><prop><sync-token/><supported-report-set/></prop></propfind>`, "Depth: 0")
	if strings.Contains(text, "urn:chancery:dav") || strings.Contains(text, "sync-collection") {
		t.Errorf("a state is told: %s", text)
	}
	for name, body := range map[string]string{
		"changes": `<sync-collection xmlns="DAV:"><sync-token/><sync-level>1</sync-level><prop><getetag/></prop></sync-collection>`,
		"all":     `<c:addressbook-query xmlns="DAV:" xmlns:c="urn:ietf:params:xml:ns:carddav"><prop><getetag/></prop><c:filter/></c:addressbook-query>`,
	} {
		if res, text := o.do("wang", "REPORT", path, body); res.StatusCode != http.StatusInsufficientStorage || !strings.Contains(text, "number-of-matches-within-limits") {
			t.Errorf("%s: %s %s", name, res.Status, text)
		}
	}
	find := func(filter string) string {
		_, text := o.do("wang", "REPORT", path, `<c:addressbook-query xmlns="DAV:" xmlns:c="urn:ietf:params:xml:ns:carddav"><prop><getetag/></prop><c:filter>`+filter+`</c:filter></c:addressbook-query>`)
		return text
	}
	if text := find(`<c:prop-filter name="FN"><c:text-match match-type="starts-with">person</c:text-match></c:prop-filter>`); strings.Count(text, ".vcf") != 5 || !strings.Contains(text, "507") {
		t.Errorf("20 matches: %s", text)
	}
	if text := find(`<c:prop-filter name="FN"><c:text-match match-type="equals">Person 7</c:text-match></c:prop-filter>`); strings.Count(text, ".vcf") != 1 || strings.Contains(text, "507") {
		t.Errorf("one match: %s", text)
	}
	// Pinyin, as in the web client.
	if text := find(`<c:prop-filter name="FN"><c:text-match>xiaoming</c:text-match></c:prop-filter>`); !strings.Contains(text, id.Text(personID, o.people["wang"].ID)) {
		t.Errorf("in Pinyin: %s", text)
	}
}

// TestLimits refuses what is too much of a stranger's request, before it costs.
func TestLimits(t *testing.T) {
	o := newOffice(t, "", Config{MaxProps: 4, MaxFilters: 4, XML: webdav.Limits{Bytes: 2000, Nodes: 50, Depth: 8}})
	path := Root + homes + "/" + id.Text(accountID, o.people["wang"].Account) + "/"
	for name, c := range map[string]struct {
		method, body string
		status       int
	}{
		"too long":   {"PROPFIND", "<propfind xmlns='DAV:'>" + strings.Repeat(" ", 2000) + "</propfind>", http.StatusRequestEntityTooLarge},
		"too many":   {"PROPFIND", "<propfind xmlns='DAV:'><prop>" + strings.Repeat("<x/>", 50) + "</prop></propfind>", http.StatusRequestEntityTooLarge},
		"too deep":   {"PROPFIND", strings.Repeat("<a>", 9) + strings.Repeat("</a>", 9), http.StatusRequestEntityTooLarge},
		"no XML":     {"PROPFIND", "hello", http.StatusBadRequest},
		"properties": {"PROPFIND", "<propfind xmlns='DAV:'><prop>" + strings.Repeat("<x/>", 5) + "</prop></propfind>", http.StatusRequestEntityTooLarge},
		"another":    {"PROPFIND", "<mkcol xmlns='DAV:'/>", http.StatusBadRequest},
	} {
		if res, text := o.do("wang", c.method, path, c.body, "Depth: 0"); res.StatusCode != c.status {
			t.Errorf("%s: %s %s", name, res.Status, text)
		}
	}
	_, text := o.do("wang", "PROPFIND", path, "", "Depth: 1")
	at := strings.Index(text, "/k")
	book := path + text[at+1:at+15]
	filter := `<c:addressbook-query xmlns="DAV:" xmlns:c="urn:ietf:params:xml:ns:carddav"><c:filter>` + strings.Repeat(`<c:prop-filter name="FN"><c:text-match>x</c:text-match></c:prop-filter>`, 3) + `</c:filter></c:addressbook-query>`
	if res, text := o.do("wang", "REPORT", book, filter); res.StatusCode != http.StatusForbidden || !strings.Contains(text, "supported-filter") {
		t.Errorf("a long filter: %s %s", res.Status, text)
	}
	large := "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:x\r\nFN:X\r\nNOTE:" + strings.Repeat("x", 20_000) + "\r\nEND:VCARD\r\n"
	if res, text := o.do("wang", "PUT", book+"x.vcf", large); res.StatusCode != http.StatusForbidden || !strings.Contains(text, "max-resource-size") {
		t.Errorf("%s %s", res.Status, text)
	}
}

// TestCut leaves whole what has to stay together.
func TestCut(t *testing.T) {
	list := []entry{{name: "a"}, {name: "b", at: "2"}, {name: "c"}, {name: "d"}, {name: "e", at: "5"}}
	for most, want := range map[int]string{1: "2 2", 2: "2 2", 3: "2 2", 4: "2 2", 5: "5 end", 9: "5 end"} {
		got, at, more := cut(list, "end", most)
		if text := fmt.Sprint(len(got), " ", at); text != want || more != (len(got) < 5) {
			t.Errorf("%d: %s, not %s", most, text, want)
		}
	}
}
