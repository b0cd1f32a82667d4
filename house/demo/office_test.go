package demo

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// monday is a Monday morning, the hour at which the office should look lived in.
var monday = time.Date(2026, 11, 23, 9, 30, 0, 0, zone)

func mustOffice(t *testing.T, seed uint64, now time.Time, domain string) *Office {
	t.Helper()
	o, err := Generate(seed, now, domain)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func TestTree(t *testing.T) {
	o := mustOffice(t, 1, monday, "")
	if len(o.Units) < 10 {
		t.Errorf("%d units", len(o.Units))
	}
	depth, roots := map[string]int{}, 0
	order := map[string]map[int]bool{}
	for _, u := range o.Units {
		if u.Parent == "" {
			roots++
			depth[u.Key] = 1
		} else if depth[u.Parent] == 0 {
			t.Errorf("%s stands before its parent %s", u.Key, u.Parent)
		} else {
			depth[u.Key] = depth[u.Parent] + 1
		}
		if order[u.Parent] == nil {
			order[u.Parent] = map[int]bool{}
		}
		if order[u.Parent][u.Order] {
			t.Errorf("%s has the order of a sibling", u.Key)
		}
		order[u.Parent][u.Order] = true
		for _, lang := range Languages {
			if u.Names[lang] == "" {
				t.Errorf("%s has no name in %s", u.Key, lang)
			}
		}
	}
	levels := 0
	for _, d := range depth {
		levels = max(levels, d)
	}
	if roots != 1 || levels < 3 {
		t.Errorf("%d roots, %d levels", roots, levels)
	}
}

func TestPeople(t *testing.T) {
	o := mustOffice(t, 1, monday, "")
	if len(o.People) < 60 {
		t.Errorf("%d people", len(o.People))
	}
	speakers, several, acting := map[string]int{}, 0, 0
	seen := map[string]bool{}
	for _, p := range o.People {
		speakers[p.Language]++
		if seen[p.Address] || !isASCII(p.Address) || !strings.HasSuffix(p.Address, "@"+o.Domain) {
			t.Errorf("address %q", p.Address)
		}
		seen[p.Address] = true
		if p.Rank.Number < 1 || p.Rank.Number > 14 || p.Rank.Name == "" || p.Names["en"] == "" {
			t.Errorf("%s: rank %+v, names %v", p.Key, p.Rank, p.Names)
		}
		if len(p.Posts) > 1 {
			several++
		}
		for i, post := range p.Posts {
			if _, ok := o.Unit(post.Unit); !ok || post.Title == "" || (post.Kind == Main) != (i == 0) {
				t.Errorf("%s: post %+v", p.Key, post)
			}
			if !slices.Contains([]PostKind{Main, Additional, Acting}, post.Kind) {
				t.Errorf("%s: kind of post %q", p.Key, post.Kind)
			}
			if post.Kind == Acting {
				acting++
			}
		}
	}
	for _, lang := range Languages {
		if speakers[lang] < 8 {
			t.Errorf("%d people use %s", speakers[lang], lang)
		}
	}
	if several < 8 || acting < 2 {
		t.Errorf("%d people with several posts, %d acting", several, acting)
	}
}

func TestSharedAndLists(t *testing.T) {
	o := mustOffice(t, 1, monday, "")
	for _, s := range o.Shared {
		managers := 0
		for _, m := range s.Members {
			if !slices.Contains([]string{RightRead, RightSend, RightManage}, m.Rights) {
				t.Errorf("%s: %s has the right %q", s.Key, m.Person, m.Rights)
			}
			if m.Rights == RightManage {
				managers++
			}
		}
		if managers == 0 || len(s.Names) != len(Languages) {
			t.Errorf("%s: %d managers, names %v", s.Key, managers, s.Names)
		}
	}
	for _, l := range o.Lists {
		if l.Key == "all" && len(l.Members) != len(o.People) {
			t.Errorf("all-staff has %d of %d people", len(l.Members), len(o.People))
		}
		for _, key := range l.Members {
			if _, ok := o.Person(key); !ok {
				t.Errorf("list %s: nobody is %s", l.Key, key)
			}
		}
	}
}

func TestEveryUnitHasPeople(t *testing.T) {
	o := mustOffice(t, 1, monday, "")
	for _, u := range o.Units {
		if u.Parent == "" {
			continue
		}
		found := false
		for _, p := range o.People {
			found = found || slices.ContainsFunc(p.Posts, func(post Post) bool { return post.Unit == u.Key })
		}
		if !found {
			t.Errorf("nobody works in %s", u.Key)
		}
	}
}

func TestDomains(t *testing.T) {
	for _, domain := range []string{"", "office.example", "a-b.c.example", "mmm.example"} {
		o := mustOffice(t, 1, monday, domain)
		if domain != "" && o.Domain != domain {
			t.Errorf("domain %q became %q", domain, o.Domain)
		}
		if l := lookalike(o.Domain); l == o.Domain || !plainDomain(l) {
			t.Errorf("%q looks like %q", l, o.Domain)
		}
	}
	for _, domain := range []string{"nodot", "a..example", "-a.example", "UPPER.example", "市.example", "a\r\nb.example", strings.Repeat("a", 300) + ".example"} {
		if _, err := Generate(1, monday, domain); err == nil {
			t.Errorf("%q was taken for a domain", domain)
		}
	}
}
