package dav

import (
	"context"
	"fmt"
	"testing"

	"chancery/directory"
	"chancery/kit/id"
	"chancery/policy"
)

// BenchmarkOrganisation asks for the organisation's book with 100,000 people as
// programs do: the list of books, and searches while somebody types.
func BenchmarkOrganisation(b *testing.B) {
	o := newOffice(b, "", Config{})
	unit := o.people["wang"].Posts[0].Unit
	surnames, given := []rune("王李張劉陳楊黃趙周吳"), []rune("小明大文雅婷志強淑芬俊傑美玲家豪")
	for part := range 20 {
		must(b, o.Intake(b.Context(), policy.System(1), []policy.RoleGrant{{Role: policy.RoleSystem}}, func(ctx context.Context, in *directory.Intake) error {
			for n := range 5000 {
				i := part*5000 + n
				if err := in.AddPerson(ctx, directory.Person{ID: id.New(), Address: fmt.Sprintf("p%06d@city.example", i), Name: string([]rune{surnames[i%10], given[i/10%16], given[i/160%16]}), Phone: fmt.Sprint(200000 + i),
					Posts: []directory.Post{{Unit: unit, Title: "科員", Kind: directory.PostMain}}}); err != nil {
					return err
				}
			}
			return nil
		}))
	}
	home := Root + homes + "/" + id.Text(accountID, o.people["wang"].Account) + "/"
	query := func(filter string) string {
		return `<c:addressbook-query xmlns="DAV:" xmlns:c="urn:ietf:params:xml:ns:carddav"><prop><getetag/><c:address-data/></prop>` + filter + `<c:limit><c:nresults>50</c:nresults></c:limit></c:addressbook-query>`
	}
	for _, c := range []struct{ name, method, path, body string }{
		{"books", "PROPFIND", home, ""},
		{"name", "REPORT", home + officeSlug + "/", query(`<c:filter test="anyof"><c:prop-filter name="FN"><c:text-match>王小明</c:text-match></c:prop-filter><c:prop-filter name="EMAIL"><c:text-match>p0999</c:text-match></c:prop-filter></c:filter>`)},
		{"nobody", "REPORT", home + officeSlug + "/", query(`<c:filter test="allof"><c:prop-filter name="ORG"><c:text-match>nowhere</c:text-match></c:prop-filter></c:filter>`)},
		{"card", "GET", home + officeSlug + "/" + id.Text(personID, o.people["nguyen"].ID) + ".vcf", ""},
	} {
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				if res, text := o.do("wang", c.method, c.path, c.body, "Depth: 1"); res.StatusCode >= 300 {
					b.Fatal(res.Status, text)
				}
			}
		})
	}
}
