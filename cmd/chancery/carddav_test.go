package main

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"chancery/cmd/bench/outside"
)

// vdirs is a person's address books on disk, kept by vdirsyncer.
type vdirs struct {
	t       *testing.T
	s       *outside.Server
	home    string
	program string
}

// newVdirs prepares vdirsyncer for somebody.
func newVdirs(t *testing.T, s *outside.Server, address string, collections string) *vdirs {
	v := &vdirs{t, s, t.TempDir(), need(t, "vdirsyncer")}
	must(t, os.MkdirAll(filepath.Join(v.home, "cards", "friends"), 0o700))
	must(t, os.WriteFile(filepath.Join(v.home, "config"), fmt.Appendf(nil, `[general]
status_path = "%[1]s/status"
[pair books]
a = "here"
b = "there"
collections = %[4]s
conflict_resolution = "b wins"
[storage here]
type = "filesystem"
path = "%[1]s/cards"
fileext = ".vcf"
[storage there]
type = "carddav"
url = "http://%[2]s/"
username = "%[3]s"
password = "%[5]s"
`, v.home, s.HTTP, address, collections, outside.Password), 0o600))
	tool(t, v.home, strings.Repeat("y\n", 20), v.program, "-c", filepath.Join(v.home, "config"), "discover")
	return v
}

// sync runs once and returns what it said.
func (v *vdirs) sync() string {
	v.t.Helper()
	return tool(v.t, v.home, "", v.program, "-c", filepath.Join(v.home, "config"), "sync")
}

// cards reads the texts of a book on disk.
func (v *vdirs) cards(book string) (list []string) {
	v.t.Helper()
	files, err := filepath.Glob(filepath.Join(v.home, "cards", book, "*.vcf"))
	must(v.t, err)
	for _, f := range files {
		text, err := os.ReadFile(f)
		must(v.t, err)
		list = append(list, string(text))
	}
	return list
}

// transfers are the lines in which vdirsyncer tells of a card on its way.
func transfers(said string) (n int) {
	for _, word := range []string{"Copying (uploading)", "Copying (updating)", "Deleting item", "Conflict"} {
		n += strings.Count(said, word)
	}
	return n
}

// cardDAVOffice is a running server with people of two units; the police are
// shown to one another only. ann is in none of them.
func cardDAVOffice(t *testing.T) *outside.Server {
	t.Helper()
	s := server(t, t.TempDir(), "", "ann@city.example", "hoa@city.example")
	start(t, s)
	dir := t.TempDir()
	units, people := filepath.Join(dir, "units.csv"), filepath.Join(dir, "people.csv")
	must(t, os.WriteFile(units, []byte("key,parent,name\nroads,,Roads\npolice,,Police\n"), 0o600))
	must(t, os.WriteFile(people, []byte("key,address,name,unit,title\n1,lin@city.example,林雅庭,roads,科長\n2,an@city.example,Nguyễn Văn An,roads,clerk\n3,hoa@city.example,Lê Thị Hoa,police,detective\n4,agent@city.example,Agent,police,agent\n"), 0o600))
	for _, args := range [][]string{{"feed", "add", "list", "--units"}, {"feed", "csv", "list", people, "--units", units, "--apply"}, {"role", "grant", "ann@city.example", "security"}} {
		if out, err := s.Run(t.Context(), args...); err != nil {
			t.Fatalf("%v: %v %s", args, err, out)
		}
	}
	c, err := outside.DialJMAP(s.HTTP, "ann@city.example", outside.Password)
	must(t, err)
	defer c.Close()
	c.Using = []string{"urn:chancery:params:jmap:directory", "urn:chancery:params:jmap:admin"}
	var list struct {
		List []struct {
			ID    string
			Names map[string]string
		}
	}
	must(t, c.Ask(&list, "Unit/get", map[string]any{"ids": nil}))
	for _, u := range list.List {
		if u.Names["en"] != "Police" {
			continue
		}
		var res outside.SetResult
		must(t, c.Ask(&res, "Visibility/set", map[string]any{"create": map[string]any{"r": map[string]any{"unitId": u.ID, "shownTo": []string{u.ID}}}}))
		must(t, res.Err())
	}
	return s
}

// TestVdirsyncer synchronises address books with vdirsyncer: both ways, again
// without a transfer, changed and deleted on both sides; and the
// organisation's, in which whoever is hidden is there for colleagues only.
func TestVdirsyncer(t *testing.T) {
	need(t, "vdirsyncer")
	s := cardDAVOffice(t)
	v := newVdirs(t, s, "ann@city.example", `["from a", "from b"]`)
	card := "BEGIN:VCARD\r\nVERSION:3.0\r\nPRODID:-//khard//EN\r\nUID:one\r\nFN:Trần Bình\r\nN:Trần;Bình;;;\r\nEMAIL;TYPE=work:binh@else.example\r\nX-OWN;X-P=q:kept\r\nPHOTO;ENCODING=b;TYPE=JPEG:/9j/4AAQSkZJRg==\r\nEND:VCARD\r\n"
	file := filepath.Join(v.home, "cards", "friends", "one.vcf")
	must(t, os.WriteFile(file, []byte(card), 0o600))
	if said := v.sync(); transfers(said) == 0 {
		t.Errorf("nothing was transferred: %s", said)
	}
	if said := v.sync(); transfers(said) != 0 {
		t.Errorf("the second time: %s", said)
	}
	people := strings.Join(v.cards("organisation"), "\n")
	if !strings.Contains(people, "lin@city.example") || !strings.Contains(people, "FN:Nguyễn Văn An") || strings.Contains(people, "hoa@city.example") || strings.Contains(people, "agent@") {
		t.Errorf("the organisation as ann sees it: %s", people)
	}

	// Changed here, and there in the web client.
	c, err := outside.DialJMAP(s.HTTP, "ann@city.example", outside.Password)
	must(t, err)
	defer c.Close()
	c.Using = []string{"urn:ietf:params:jmap:contacts"}
	var have struct {
		List []struct {
			ID             string
			AddressBookIDs map[string]bool
		}
	}
	must(t, c.Ask(&have, "ContactCard/get", map[string]any{"ids": nil}))
	if len(have.List) != 1 {
		t.Fatalf("cards on the server: %+v", have)
	}
	var res outside.SetResult
	must(t, c.Ask(&res, "ContactCard/set", map[string]any{"create": map[string]any{"n": map[string]any{"name": map[string]any{"full": "Web"}, "uid": "two", "addressBookIds": have.List[0].AddressBookIDs}}}))
	must(t, res.Err())
	must(t, os.WriteFile(file, []byte(strings.Replace(card, "Trần Bình", "Trần Văn Bình", 1)), 0o600))
	if said := v.sync(); transfers(said) != 2 {
		t.Errorf("one changed on each side: %s", said)
	}
	if said := v.sync(); transfers(said) != 0 {
		t.Errorf("and again: %s", said)
	}
	if all := strings.Join(v.cards("friends"), "\n"); !strings.Contains(all, "FN:Web") || !strings.Contains(all, "Văn Bình") {
		t.Errorf("the book: %s", all)
	}
	// Deleted here; what stays is changed there, then deleted.
	must(t, os.Remove(file))
	if said := v.sync(); transfers(said) != 1 {
		t.Errorf("one deleted here: %s", said)
	}
	must(t, c.Ask(&have, "ContactCard/get", map[string]any{"ids": nil}))
	if len(have.List) != 1 {
		t.Fatalf("cards on the server after one was deleted: %+v", have)
	}
	must(t, c.Ask(&res, "ContactCard/set", map[string]any{"update": map[string]any{have.List[0].ID: map[string]any{"nicknames": map[string]any{"k1": map[string]any{"name": "Nick"}}}}}))
	v.sync()
	if all := strings.Join(v.cards("friends"), "\n"); !strings.Contains(all, "NICKNAME:Nick") {
		t.Errorf("after a change there: %s", all)
	}
	// Another in its place: vdirsyncer does not empty a book without being told to.
	must(t, c.Ask(&res, "ContactCard/set", map[string]any{"destroy": []string{have.List[0].ID},
		"create": map[string]any{"n": map[string]any{"name": map[string]any{"full": "Three"}, "uid": "three", "addressBookIds": have.List[0].AddressBookIDs}}}))
	must(t, res.Err())
	v.sync()
	if all := v.cards("friends"); len(all) != 1 || !strings.Contains(all[0], "FN:Three") {
		t.Errorf("after one was deleted there: %s", all)
	}

	hoa := newVdirs(t, s, "hoa@city.example", `["organisation"]`)
	hoa.sync()
	if people := strings.Join(hoa.cards("organisation"), "\n"); !strings.Contains(people, "agent@city.example") || !strings.Contains(people, "lin@city.example") {
		t.Errorf("the organisation as hoa sees it: %s", people)
	}
	checkClean(t, s)
}

// TestKhard reads and writes cards with khard, on what vdirsyncer brought.
func TestKhard(t *testing.T) {
	khard := need(t, "khard")
	need(t, "vdirsyncer")
	s := cardDAVOffice(t)
	v := newVdirs(t, s, "ann@city.example", `["from a", "from b"]`)
	v.sync()
	config := filepath.Join(v.home, "khard.conf")
	must(t, os.WriteFile(config, fmt.Appendf(nil, "[addressbooks]\n[[friends]]\npath = %[1]s/cards/friends\n[[organisation]]\npath = %[1]s/cards/organisation\n[general]\ndefault_action = list\neditor = true\nmerge_editor = true\n", v.home), 0o600))
	if out := tool(t, v.home, "", khard, "-c", config, "list", "-a", "organisation"); !strings.Contains(out, "林雅庭") || !strings.Contains(out, "an@city.example") || strings.Contains(out, "Hoa") {
		t.Errorf("khard list: %s", out)
	}
	input := filepath.Join(v.home, "new.yaml")
	must(t, os.WriteFile(input, []byte("First name: Bình\nLast name: Trần\nOrganisation: Sở Nội vụ\nEmail:\n    work: binh@else.example\nPhone:\n    cell: +84 90 1\n"), 0o600))
	tool(t, v.home, "", khard, "-c", config, "new", "-a", "friends", "-i", input)
	if said := v.sync(); transfers(said) != 1 {
		t.Errorf("one new card: %s", said)
	}
	c, err := outside.DialJMAP(s.HTTP, "ann@city.example", outside.Password)
	must(t, err)
	defer c.Close()
	c.Using = []string{"urn:ietf:params:jmap:contacts"}
	out, err := c.Raw(outside.Call{Name: "ContactCard/get", Args: map[string]any{"ids": nil}})
	if err != nil || !strings.Contains(string(out), "binh@else.example") || !strings.Contains(string(out), `"full":"Bình Trần"`) || !strings.Contains(string(out), "Sở Nội vụ") {
		t.Errorf("the web client has %s %v", out, err)
	}
}

// TestWellKnown sends programs from the domain to the tree, and asks for a
// password there and nowhere else.
func TestWellKnown(t *testing.T) {
	s := server(t, t.TempDir(), "", "ann@city.example")
	start(t, s)
	ask := func(method, path string, set func(*http.Request)) *http.Response {
		r, err := http.NewRequestWithContext(t.Context(), method, "http://"+s.HTTP+path, nil)
		must(t, err)
		if set != nil {
			set(r)
		}
		res, err := http.DefaultTransport.RoundTrip(r)
		must(t, err)
		_, err = io.Copy(io.Discard, res.Body)
		must(t, err)
		must(t, res.Body.Close())
		return res
	}
	for _, method := range []string{"GET", "PROPFIND"} {
		if res := ask(method, "/.well-known/carddav", nil); res.StatusCode != http.StatusMovedPermanently || res.Header.Get("Location") != "/dav/" || res.Header.Get("WWW-Authenticate") != "" {
			t.Errorf("%s: %s %v", method, res.Status, res.Header)
		}
	}
	if res := ask("PROPFIND", "/dav/", nil); res.StatusCode != http.StatusUnauthorized || !strings.HasPrefix(res.Header.Get("WWW-Authenticate"), "Basic ") {
		t.Errorf("nobody: %s %v", res.Status, res.Header)
	}
	if res := ask("LOCK", "/dav/", nil); res.StatusCode != http.StatusMethodNotAllowed || res.Header.Get("WWW-Authenticate") != "" {
		t.Errorf("LOCK: %s %v", res.Status, res.Header)
	}
	if res := ask("PROPFIND", "/dav/", func(r *http.Request) {
		r.SetBasicAuth("ann@city.example", outside.Password)
		r.Header.Set("Depth", "0")
		r.Header.Set("Origin", "https://evil.example")
	}); res.StatusCode != http.StatusForbidden {
		t.Errorf("from a page of another site: %s", res.Status)
	}
}
