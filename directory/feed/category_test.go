package feed

import (
	"strings"
	"testing"

	"chancery/directory"
	"chancery/kit/testkit"

	"github.com/go-ldap/ldap/v3"
)

// category is what somebody is, by their address.
func (o *office) category(address string) string {
	o.t.Helper()
	view, err := o.dir.View(o.t.Context(), o.admin)
	if err != nil {
		o.t.Fatal(err)
	}
	for _, p := range view.Search(directory.Query{Text: address}) {
		if p.Address == address {
			return p.Category
		}
	}
	o.t.Errorf("there is no %s", address)
	return ""
}

// TestCategories takes the kind of staff from a personnel list by code or by a
// name in any language, and from a SCIM client as userType; one that is not
// there is named, and a source that does not speak of it changes nothing (D05).
func TestCategories(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, url string) {
		o := newOffice(t, url)
		o.unit(0, "Hall")
		if err := o.dir.BeginCategories(t.Context(), "VN"); err != nil {
			t.Fatal(err)
		}
		f, _ := o.feed(Feed{Name: "hr", Kind: KindCSV, Guard: 100})
		r := o.plan(f, o.picture("", "key,address,name,category,unit\n1,an@city.example,An,cong-chuc,Hall\n2,binh@city.example,Bình,Người lao động,Hall\n3,chi@city.example,Chi,,Hall\n", true))
		if r.Refused != 0 {
			t.Fatal(o.told(r))
		}
		o.apply(r)
		for address, want := range map[string]string{"an@city.example": "cong-chuc", "binh@city.example": "nguoi-lao-dong", "chi@city.example": ""} {
			if got := o.category(address); got != want {
				t.Errorf("%s is %q, not %q", address, got, want)
			}
		}
		r = o.plan(f, o.picture("", "key,address,name,category,unit\n1,an@city.example,An,general,Hall\n", false))
		if told := o.told(r); r.Refused != 1 || !strings.Contains(told, `There is no category "general".`) {
			t.Error(told)
		}
		o.apply(o.plan(f, o.picture("", "key,address,name,unit\n1,an@city.example,An Nguyễn,Hall\n", false)))
		if got := o.category("an@city.example"); got != "cong-chuc" {
			t.Errorf("a list without the column made it %q", got)
		}

		s := &script{t: t, o: o, web: o.web(plainWeb{}), token: map[string]string{}, names: map[string]string{}, shown: map[string]string{}}
		_, s.token["main"] = o.feed(Feed{Name: "idp", Kind: KindSCIM, Guard: 100})
		if got := s.ask([]string{"POST /scim/v2/Users", `{"userName":"dung@city.example","externalId":"d","displayName":"Dũng","userType":"Viên chức"}`}); !strings.HasPrefix(got, "201") || !strings.Contains(got, `"userType": "vien-chuc"`) {
			t.Error(got)
		}
		if got := s.ask([]string{`GET /scim/v2/Users?filter=userType eq "vien-chuc"`}); !strings.Contains(got, `"totalResults": 1`) {
			t.Error(got)
		}
		if got := s.ask([]string{"POST /scim/v2/Users", `{"userName":"em@city.example","externalId":"e","displayName":"Em","userType":"general"}`}); !strings.HasPrefix(got, "400") || !strings.Contains(got, "general") {
			t.Error(got)
		}
	})
}

// TestCategorySpoken reads the kind of staff where a source speaks of it, and
// says nothing of it where the source does not.
func TestCategorySpoken(t *testing.T) {
	has := func(r Record) string {
		if r.Fields&HasCategory == 0 {
			return "-"
		}
		return r.Category
	}
	for body, want := range map[string]string{
		`{"people":[{"key":"1","category":"cong-chuc"}]}`: "cong-chuc", `{"people":[{"key":"1","category":""}]}`: "", `{"people":[{"key":"1"}]}`: "-",
	} {
		pic, err := readMessage([]byte(body))
		if err != nil || has(pic.People[0]) != want {
			t.Errorf("%s: %q %v", body, has(pic.People[0]), err)
		}
	}
	for _, c := range []struct {
		attribute string
		theirs    []string
		want      string
	}{{"employeeType", []string{"Công chức"}, "Công chức"}, {"employeeType", nil, ""}, {"", []string{"Công chức"}, "-"}} {
		l := &LDAP{Attributes: map[string]string{}}
		if c.attribute != "" {
			l.Attributes["category"] = c.attribute
		}
		var pic Picture
		(&ldapTree{l: l, language: "en"}).person(&pic, ldap.NewEntry("CN=Ann", map[string][]string{"entryUUID": {"1"}, "mail": {"ann@city.example"}, "employeeType": c.theirs}))
		if got := has(pic.People[0]); got != c.want {
			t.Errorf("%+v: %q", c, got)
		}
	}
}
