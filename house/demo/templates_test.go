package demo

import "testing"

// TestTemplates holds the templates to the office: accounts and people that
// are there, something to say, and requests in more than one standing.
func TestTemplates(t *testing.T) {
	o := mustOffice(t, 1, monday, "")
	known := map[string]bool{}
	for _, p := range o.People {
		known[p.Key] = true
	}
	people := len(known)
	for _, s := range o.Shared {
		known[s.Key] = true
	}
	if people == 0 || len(o.Templates) < 8 {
		t.Fatalf("%d people, %d templates", people, len(o.Templates))
	}
	kinds, answered, open := map[string]bool{}, 0, 0
	for _, x := range o.Templates {
		kinds[x.Kind] = true
		if !known[x.Account] || x.Name == "" || len(x.Paragraphs) == 0 {
			t.Errorf("%+v", x)
		}
		for _, a := range x.Asked {
			if !known[a.Person] {
				t.Errorf("%s asks %q, who is not there", x.Name, a.Person)
			}
			if a.Answer != "" {
				answered++
			} else {
				open++
			}
		}
	}
	if len(kinds) != 7 || answered == 0 || open == 0 {
		t.Errorf("kinds %v, %d answered, %d open", kinds, answered, open)
	}
}
