package feed

import (
	"strings"
	"testing"
)

// FuzzCSV reads anything as a table of people and one of units: each record
// has a place, and limits hold.
func FuzzCSV(f *testing.F) {
	f.Add(peopleTable)
	f.Add(unitTable)
	f.Add("\ufeffkey;name\n1;\"A\n\";\n\xff\xfe;x\n2;y\n")
	f.Add("key,key\n")
	f.Add("key\tstate\n1\tgone\n")
	f.Fuzz(func(t *testing.T, text string) {
		var pic Picture
		if err := pic.ReadPeople("f", strings.NewReader(text)); err != nil {
			pic = Picture{}
		}
		for _, r := range pic.People {
			if r.Place == "" || r.Fields&HasMain != 0 && len(r.Posts) > 1 || r.Fields&HasAddress != 0 && r.Address == "" {
				t.Errorf("%+v", r)
			}
		}
		if err := pic.ReadUnits("f", strings.NewReader(text), "en"); err == nil {
			for _, u := range pic.Units {
				if u.Place == "" {
					t.Errorf("%+v", u)
				}
			}
		}
		for _, r := range pic.Refused {
			if r.Place == "" || r.Rule == "" || r.Reason == "" {
				t.Errorf("%+v", r)
			}
		}
	})
}
