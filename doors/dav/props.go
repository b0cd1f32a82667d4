package dav

import (
	"encoding/xml"
	"strconv"
	"strings"

	"chancery/wire/webdav"
)

func dav(local string) xml.Name { return xml.Name{Space: webdav.DAV, Local: local} }

func carddav(local string) xml.Name { return xml.Name{Space: webdav.CardDAV, Local: local} }

func upper(s string) string { return strings.ToUpper(s) }

// tokenPrefix makes a URI of a state, as RFC 6578 section 3.2 wants it.
const tokenPrefix = "urn:chancery:dav:"

// properties are those of a place that is no card; order lists those that are
// told unasked.
func (q *request) properties(p place) (known map[xml.Name]string, order []xml.Name, err error) {
	me := webdav.Href(q.tree.principal())
	known = map[xml.Name]string{
		dav("resourcetype"):               webdav.In(webdav.DAV, "collection"),
		dav("current-user-principal"):     me, // RFC 5397
		dav("principal-collection-set"):   webdav.Href(Root + principals + "/" + q.tree.me + "/"),
		dav("owner"):                      me,
		dav("current-user-privilege-set"): privileges(about{}),
		dav("supported-report-set"):       "",
	}
	order = []xml.Name{dav("resourcetype"), dav("displayname")}
	switch p.kind {
	case atRoot:
		known[dav("displayname")] = webdav.Text(q.conf.Realm)
	case atPrincipal: // RFC 3744 section 4
		known[dav("resourcetype")] += webdav.In(webdav.DAV, "principal")
		known[dav("displayname")] = webdav.Text(q.who.Address)
		known[dav("principal-URL")] = me
		known[carddav("addressbook-home-set")] = webdav.Href(q.tree.home()) // RFC 6352 section 7.1.1
		known[xml.Name{Space: webdav.CalendarServer, Local: "email-address-set"}] = webdav.In(webdav.CalendarServer, "email-address", webdav.Text(q.who.Address))
	case atHome:
		known[dav("displayname")] = webdav.Text(q.who.Address)
		known[dav("current-user-privilege-set")] = privileges(about{writes: true})
	case atBook:
		err = q.bookProperties(p.book, known)
		order = append(order, carddav("addressbook-description"))
	}
	return known, order, err
}

func (q *request) bookProperties(b book, known map[xml.Name]string) error {
	says := b.about()
	state, err := b.state(q.ctx)
	if err != nil {
		return err
	}
	known[dav("resourcetype")] += webdav.In(webdav.CardDAV, "addressbook")
	known[dav("displayname")] = webdav.Text(says.name)
	known[dav("current-user-privilege-set")] = privileges(says)
	known[carddav("addressbook-description")] = webdav.Text(says.description)
	known[carddav("max-resource-size")] = strconv.Itoa(says.most)
	var kinds, sorts strings.Builder
	for _, v := range []string{version3, version4} { // RFC 6352 section 6.2.2
		kinds.WriteString(`<card:address-data-type content-type="text/vcard" version="` + v + `"/>`)
	}
	for _, c := range collations {
		sorts.WriteString(webdav.In(webdav.CardDAV, "supported-collation", c))
	}
	known[carddav("supported-address-data")] = kinds.String()
	known[carddav("supported-collation-set")] = sorts.String()
	reports := []xml.Name{carddav("addressbook-query"), carddav("addressbook-multiget")}
	if state != "" {
		reports = append(reports, dav("sync-collection"))
		known[dav("sync-token")] = webdav.Text(tokenPrefix + state)
		known[xml.Name{Space: webdav.CalendarServer, Local: "getctag"}] = webdav.Text(state)
	}
	var all strings.Builder
	for _, r := range reports {
		all.WriteString(webdav.In(webdav.DAV, "supported-report", webdav.In(webdav.DAV, "report", webdav.Element(r, ""))))
	}
	known[dav("supported-report-set")] = all.String()
	return nil
}

// privileges are what one may do at a place (RFC 3744 section 5.5).
func privileges(says about) string {
	names := []string{"read", "read-current-user-privilege-set"}
	if says.writes {
		names = append(names, "write", "write-content", "write-properties", "bind", "unbind")
	}
	var b strings.Builder
	for _, n := range names {
		b.WriteString(webdav.In(webdav.DAV, "privilege", webdav.In(webdav.DAV, n)))
	}
	return b.String()
}
