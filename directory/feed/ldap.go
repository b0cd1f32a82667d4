package feed

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"chancery/directory"
	"chancery/kit/errs"
	"chancery/wire/ldapclient"

	"github.com/go-ldap/ldap/v3"
)

// ldapTime bounds one answer of the directory that is asked.
const ldapTime = 60 * time.Second

// LDAP says where an ldap feed asks, whom, and what the attributes mean.
type LDAP struct {
	URL        string            `json:"url"`                 // ldaps://host, or ldap://host, then with StartTLS
	Authority  string            `json:"authority,omitempty"` // PEM file of who vouches for the server; "" = the machine's
	Bind       string            `json:"bind,omitempty"`      // DN; "" = anonymous
	Base       string            `json:"base"`
	Filter     string            `json:"filter"`               // of people
	UnitFilter string            `json:"unitFilter,omitempty"` // of units; "" = none, people name theirs by an attribute
	Page       uint32            `json:"page"`
	Attributes map[string]string `json:"attributes,omitempty"` // ours -> theirs, where it is not as usual; "" = not asked
}

// The attributes as OpenLDAP and Active Directory have them: of names that are
// split by a comma the first that is there counts.
var ldapAttributes = map[string]string{
	"key": "entryUUID,objectGUID", "address": "mail", "name": "displayName,cn", "phone": "telephoneNumber", "title": "title",
	"rank": "", "sort": "", "level": "", "category": "", "language": "preferredLanguage", "unit": "department,departmentNumber",
	"locked": "userAccountControl,pwdAccountLockedTime,nsAccountLock", "unitName": "ou,name",
}

// Defaults of what is asked.
const (
	LDAPFilter     = "(objectClass=person)"
	LDAPUnitFilter = "(objectClass=organizationalUnit)"
	LDAPPage       = 500
)

func (l *LDAP) check(f Feed) error {
	if l == nil || l.Base == "" {
		return errs.E(errs.Invalid, "An ldap feed needs an address and a base to ask.")
	}
	if err := (ldapclient.Server{URL: l.URL}).Check(); err != nil {
		return err
	}
	if _, err := ldap.ParseDN(l.Base); err != nil {
		return errs.Wrap(errs.Invalid, err, "%q is no DN", l.Base)
	}
	for _, filter := range []string{l.Filter, l.UnitFilter} {
		if filter == "" {
			continue
		}
		if _, err := ldap.CompileFilter(filter); err != nil {
			return errs.Wrap(errs.Invalid, err, "%q is no filter", filter)
		}
	}
	for ours := range l.Attributes {
		if _, ok := ldapAttributes[ours]; !ok {
			return errs.E(errs.Invalid, "There is no property %q to read an attribute into.", ours)
		}
	}
	switch {
	case l.Filter == "":
		return errs.E(errs.Invalid, "An ldap feed needs a filter of people.")
	case l.Page < 1 || l.Page > 10_000:
		return errs.E(errs.Invalid, "A page has 1 to 10000 entries.")
	case l.UnitFilter != "" && !f.Units:
		return errs.E(errs.Invalid, "A filter of units is for a feed that keeps units.")
	}
	return nil
}

// names are the attributes that a property of ours is read from.
func (l *LDAP) names(ours string) []string {
	theirs, ok := l.Attributes[ours]
	if !ok {
		theirs = ldapAttributes[ours]
	}
	return strings.FieldsFunc(theirs, func(r rune) bool { return r == ',' || r == ' ' })
}

// Pull asks the directory of an ldap feed for everything it has.
func (f *Feeds) Pull(ctx context.Context, feed Feed) (pic Picture, err error) {
	if feed.Kind != KindLDAP {
		return pic, errNoLDAP(feed)
	}
	password, err := f.unseal(ctx, feed)
	if err != nil {
		return pic, err
	}
	l := feed.LDAP
	c, err := l.dial(ctx, password)
	if err != nil {
		return pic, err
	}
	defer c.Close()
	stop := context.AfterFunc(ctx, func() { c.Close() })
	defer stop()
	pic.WholePeople, pic.WholeUnits = true, l.UnitFilter != ""
	tree := &ldapTree{l: l, language: feed.NameLanguage(), keys: map[string]string{}}
	if l.UnitFilter != "" {
		if err := l.search(c, l.UnitFilter, []string{"key", "unitName", "sort"}, directory.MaxUnits, tree.unit); err != nil {
			return pic, err
		}
		tree.place(&pic)
	}
	wanted := []string{"key", "address", "name", "phone", "title", "rank", "sort", "level", "category", "language", "unit", "locked"}
	return pic, l.search(c, l.Filter, wanted, MaxPeople, func(e *ldap.Entry) { tree.person(&pic, e) })
}

// dial connects and binds. A password goes over TLS only, except to this
// machine itself.
func (l *LDAP) dial(ctx context.Context, password string) (*ldap.Conn, error) {
	server := ldapclient.Server{URL: l.URL, Timeout: ldapTime}
	if l.Authority != "" {
		pem, err := os.ReadFile(l.Authority)
		if err != nil {
			return nil, errs.Wrap(errs.Invalid, err, "the certificate of who vouches for %s cannot be read", l.URL)
		}
		server.Authority = pem
	}
	c, err := server.Dial(ctx)
	if err != nil {
		return nil, err
	}
	if l.Bind == "" {
		return c, nil
	}
	if err := c.Bind(l.Bind, password); err != nil {
		c.Close()
		return nil, errs.Wrap(errs.Forbidden, err, "%s does not let %s in", l.URL, l.Bind)
	}
	return c, nil
}

// search asks page by page (RFC 2696) and hands on each entry. A directory
// that gives less than all is an error: who is not named would leave.
func (l *LDAP) search(c *ldap.Conn, filter string, properties []string, most int, each func(*ldap.Entry)) error {
	var attributes []string
	for _, p := range properties {
		attributes = append(attributes, l.names(p)...)
	}
	paging := ldap.NewControlPaging(l.Page)
	for n := 0; ; {
		res, err := c.Search(ldap.NewSearchRequest(l.Base, ldap.ScopeWholeSubtree, ldap.NeverDerefAliases, 0, int(ldapTime/time.Second), false, filter, attributes, []ldap.Control{paging}))
		if err != nil {
			return errs.Wrap(errs.Unavailable, err, "the directory did not answer as a whole")
		}
		for _, e := range res.Entries {
			each(e)
		}
		if n += len(res.Entries); n > most {
			return errs.E(errs.TooLarge, "the directory has more than %d entries", most)
		}
		next, ok := ldap.FindControl(res.Controls, ldap.ControlTypePaging).(*ldap.ControlPaging)
		if !ok || len(next.Cookie) == 0 {
			return nil
		}
		paging.SetCookie(next.Cookie)
	}
}

// ldapTree is the units of a directory by DN.
type ldapTree struct {
	l        *LDAP
	language string
	keys     map[string]string // DN in one form -> key
	units    []ldapUnit
}

type ldapUnit struct {
	dn *ldap.DN
	r  UnitRecord
}

// first returns the first value of a property of ours.
func (l *LDAP) first(e *ldap.Entry, ours string) string {
	for _, name := range l.names(ours) {
		raw := e.GetEqualFoldRawAttributeValue(name)
		if len(raw) == 0 {
			continue
		}
		if strings.EqualFold(name, "objectGUID") {
			return guid(raw)
		}
		return strings.TrimSpace(strings.ToValidUTF8(string(raw), ""))
	}
	return ""
}

// guid writes an objectGUID as Active Directory shows it: the first three
// groups are little-endian (MS-DTYP section 2.3.4).
func guid(b []byte) string {
	if len(b) != 16 {
		return fmt.Sprintf("%x", b)
	}
	b = slices.Clone(b)
	slices.Reverse(b[0:4])
	slices.Reverse(b[4:6])
	slices.Reverse(b[6:8])
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[0:4], b[4:6], b[6:8], b[8:10], b[10:])
}

func (t *ldapTree) unit(e *ldap.Entry) {
	dn, err := ldap.ParseDN(e.DN)
	if err != nil {
		return
	}
	r := UnitRecord{Place: e.DN, Key: t.l.first(e, "key"), Names: map[string]string{t.language: t.l.first(e, "unitName")}}
	t.keys[dnKey(dn.RDNs)] = r.Key
	t.units = append(t.units, ldapUnit{dn, r})
}

// place hangs each unit below the nearest one above it.
func (t *ldapTree) place(pic *Picture) {
	for _, u := range t.units {
		u.r.Parent = t.above(u.dn)
		pic.Units = append(pic.Units, u.r)
	}
}

// above is the key of the nearest unit above a DN, "" for none.
func (t *ldapTree) above(dn *ldap.DN) string {
	for i := 1; i < len(dn.RDNs); i++ {
		if key, ok := t.keys[dnKey(dn.RDNs[i:])]; ok {
			return key
		}
	}
	return ""
}

// dnKey is a DN in one form, whatever its case and blanks.
func dnKey(rdns []*ldap.RelativeDN) string {
	return strings.ToLower((&ldap.DN{RDNs: rdns}).String())
}

// person reads an entry. One without mail is no account here (a mailbox is
// never made from a name alone): it is skipped, and whoever it was stays.
func (t *ldapTree) person(pic *Picture, e *ldap.Entry) {
	l := t.l
	r := Record{Place: e.DN, Key: l.first(e, "key"), Address: l.first(e, "address"), Name: l.first(e, "name"), Phone: l.first(e, "phone"),
		RankName: l.first(e, "rank"), Level: l.first(e, "level"), Category: l.first(e, "category"), Fields: HasAddress | HasName | HasState, State: Active}
	refuse := func(skipped bool, rule, reason string) {
		pic.Refused = append(pic.Refused, Refusal{Skipped: skipped, Place: e.DN, Key: r.Key, Name: r.Name, Rule: rule, Reason: reason})
	}
	if r.Key == "" {
		refuse(false, "key", "The entry has no "+strings.Join(l.names("key"), " or ")+".")
		return
	}
	if r.Address == "" {
		refuse(true, "no-mail", "The entry has no mail address.")
		return
	}
	if language := l.first(e, "language"); slices.Contains(directory.Languages, language) {
		r.Language = language
	}
	for property, field := range map[string]Fields{"phone": HasPhone, "rank": HasRankName, "level": HasLevel, "category": HasCategory} {
		if len(l.names(property)) > 0 {
			r.Fields |= field
		}
	}
	if text := l.first(e, "sort"); len(l.names("sort")) > 0 {
		n, err := number(text, "sort")
		if err != nil {
			refuse(false, "sort", errs.Text(err))
			return
		}
		r.Sort, r.Fields = n, r.Fields|HasSort
	}
	if t.locked(e) {
		r.State = Locked
	}
	if unit := t.unitOf(e); unit != "" {
		r.Fields |= HasMain
		r.Posts = []PostRecord{{Unit: unit, Title: l.first(e, "title")}}
	}
	pic.People = append(pic.People, r)
}

// unitOf is the unit of an entry: by its place in the tree where units are
// read, else by an attribute.
func (t *ldapTree) unitOf(e *ldap.Entry) string {
	if t.l.UnitFilter == "" {
		return t.l.first(e, "unit")
	}
	dn, err := ldap.ParseDN(e.DN)
	if err != nil {
		return ""
	}
	return t.above(dn)
}

// locked reads the forms in which directories say that an account is closed.
func (t *ldapTree) locked(e *ldap.Entry) bool {
	for _, name := range t.l.names("locked") {
		value := e.GetEqualFoldAttributeValue(name)
		switch {
		case value == "":
		case strings.EqualFold(name, "userAccountControl"):
			// ACCOUNTDISABLE (MS-ADTS section 2.2.16).
			if n, err := strconv.ParseInt(value, 10, 64); err == nil && n&2 != 0 {
				return true
			}
		case !strings.EqualFold(value, "false"):
			return true
		}
	}
	return false
}
