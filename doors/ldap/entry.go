package ldap

import (
	"slices"
	"strings"

	"chancery/directory"
	"chancery/kit/id"
)

// The first letters of ids, as everywhere.
const (
	personID = 'p'
	unitID   = 'u'
)

// attribute is a name with its values.
type attribute struct {
	name   string
	values []string
}

// entry is what stands at a place of the tree.
type entry struct {
	dn         string
	attributes []attribute
	person     *directory.Person // nil for others
}

func (e entry) values(name string) []string {
	for _, a := range e.attributes {
		if strings.EqualFold(a.name, name) {
			return a.values
		}
	}
	return nil
}

// put adds the values that there are.
func (e *entry) put(name string, values ...string) {
	values = slices.DeleteFunc(values, func(v string) bool { return v == "" })
	if len(values) > 0 {
		e.attributes = append(e.attributes, attribute{name, values})
	}
}

// baseOf is the branch of a domain (RFC 2247).
func baseOf(domain string) string {
	return "dc=" + strings.Join(strings.Split(escape(domain), "."), ",dc=")
}

// escape writes a value of a distinguished name (RFC 4514 section 2.4).
func escape(v string) string {
	var b strings.Builder
	for i, r := range v {
		if strings.ContainsRune(`,+"\<>;=`, r) || r == '#' && i == 0 || r == ' ' && (i == 0 || i == len(v)-1) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// root tells what the door speaks (RFC 4512 section 5.1).
func root(bases []string) entry {
	e := entry{}
	e.put("objectClass", "top")
	e.put("namingContexts", bases...)
	e.put("supportedLDAPVersion", "3")
	e.put("supportedExtension", oidStartTLS, oidWhoAmI)
	e.put("supportedControl", oidPaged)
	e.put("vendorName", "Chancery")
	return e
}

// branch is the top of a domain's part of the tree.
func branch(domain string) entry {
	e := entry{dn: baseOf(domain)}
	first, _, _ := strings.Cut(domain, ".")
	e.put("objectClass", "top", "domain")
	e.put("dc", first)
	return e
}

// folder holds people or units.
func folder(base, name string) entry {
	e := entry{dn: "ou=" + name + "," + base}
	e.put("objectClass", "top", "organizationalUnit")
	e.put("ou", name)
	return e
}

// person shows somebody as an inetOrgPerson (RFC 2798) under their domain.
func person(p *directory.Person, book *directory.Book, base, language string) entry {
	e := entry{dn: "uid=" + id.Text(personID, p.ID) + ",ou=people," + base, person: p}
	e.put("objectClass", "top", "person", "organizationalPerson", "inetOrgPerson")
	e.put("uid", id.Text(personID, p.ID))
	e.put("cn", append([]string{p.Name}, p.Aliases...)...)
	e.put("sn", p.Name) // which part of a name is the family's is not known
	e.put("displayName", p.Name)
	e.put("mail", p.Address)
	e.put("telephoneNumber", p.Phone)
	var titles, units, numbers []string
	for _, post := range p.Posts {
		titles = append(titles, post.Title)
		units = append(units, strings.Join(book.Path(post.Unit, language), " / "))
		numbers = append(numbers, id.Text(unitID, post.Unit))
	}
	e.put("title", titles...)
	e.put("ou", units...)
	e.put("departmentNumber", numbers...)
	e.put("employeeType", book.CategoryName(p.Category, language), p.RankName) // RFC 2798 section 2.5
	e.put("preferredLanguage", p.Language)
	return e
}

// unit shows a unit, with its names in all languages.
func unit(u directory.Unit, book *directory.Book, base, language string) entry {
	e := entry{dn: "ou=" + id.Text(unitID, u.ID) + ",ou=units," + base}
	e.put("objectClass", "top", "organizationalUnit")
	names := []string{id.Text(unitID, u.ID)}
	for _, l := range directory.Languages {
		if n := u.Names[l]; n != "" && !slices.Contains(names, n) {
			names = append(names, n)
		}
	}
	e.put("ou", names...)
	e.put("description", strings.Join(book.Path(u.ID, language), " / "))
	return e
}

// wanted are the attributes that a client asks for (RFC 4511 section 4.5.1.8).
type wanted struct {
	all       bool
	names     []string
	typesOnly bool
}

func (w wanted) has(name string) bool {
	return w.all || slices.ContainsFunc(w.names, func(n string) bool { return strings.EqualFold(n, name) })
}
