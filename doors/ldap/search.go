package ldap

import (
	"context"
	"slices"
	"strconv"
	"strings"

	ber "github.com/go-asn1-ber/asn1-ber"
	"github.com/go-ldap/ldap/v3"

	"chancery/directory"
	"chancery/kit/errs"
)

// oidPaged is the control of results in pages (RFC 2696).
const oidPaged = ldap.ControlTypePaging

// query is a search (RFC 4511 section 4.5.1).
type query struct {
	base   *ldap.DN
	scope  int64
	limit  int
	filter filter
	want   wanted
}

func readQuery(op *ber.Packet) (q query, err error) {
	if len(op.Children) != 8 {
		return q, errs.E(errs.Invalid, "The search cannot be read.")
	}
	if q.base, err = ldap.ParseDN(text(op.Children[0])); err != nil {
		return q, errs.E(errs.NotFound, "The base is no distinguished name.")
	}
	scope, ok1 := number(op.Children[1])
	limit, ok2 := number(op.Children[3])
	only, ok3 := op.Children[5].Value.(bool)
	if !ok1 || !ok2 || !ok3 || scope < 0 || scope > 2 || limit < 0 {
		return q, errs.E(errs.Invalid, "The search cannot be read.")
	}
	q.scope, q.limit, q.want.typesOnly = scope, int(min(limit, 1<<30)), only
	if q.filter, err = readFilter(op.Children[6]); err != nil {
		return q, err
	}
	for _, c := range op.Children[7].Children {
		if name := text(c); name == "*" {
			q.want.all = true
		} else {
			q.want.names = append(q.want.names, name)
		}
	}
	q.want.all = q.want.all || len(q.want.names) == 0
	return q, nil
}

// search answers a search. Whoever did not bind sees only what the door is.
func (x *session) search(ctx context.Context, r request) (again bool, err error) {
	say := func(code uint16, words string) error {
		return x.write(respond(r.id, ldap.ApplicationSearchResultDone, code, words))
	}
	q, err := readQuery(r.op)
	switch {
	case errs.Is(err, errs.NotFound):
		return true, say(ldap.LDAPResultInvalidDNSyntax, errs.Text(err))
	case errs.Is(err, errs.TooLarge):
		return true, say(ldap.LDAPResultUnwillingToPerform, errs.Text(err))
	case err != nil:
		return true, say(ldap.LDAPResultProtocolError, errs.Text(err))
	}
	var bases []string
	if x.subject.Account != 0 {
		err := x.server.needs.Standing(ctx, x.subject, x.peer)
		if errs.Is(err, errs.Unauthenticated) {
			return false, say(ldap.LDAPResultInvalidCredentials, "The sign-in has ended: the account was locked, or has another password.")
		}
		if err != nil {
			x.server.log.Error("ldap search failed", "err", err)
			return true, say(ldap.LDAPResultUnavailable, "Please try again later.")
		}
		for _, d := range x.server.needs.Domains(x.subject.Org) {
			bases = append(bases, baseOf(d))
		}
	}
	if len(q.base.RDNs) == 0 && q.scope == ldap.ScopeBaseObject {
		if e := root(bases); q.filter.holds(e) == yes {
			if err := x.write(found(r.id, e, q.want)); err != nil {
				return false, err
			}
		}
		return true, say(ldap.LDAPResultSuccess, "")
	}
	if x.subject.Account == 0 {
		return true, say(ldap.LDAPResultInsufficientAccessRights, "Please bind with an address and a password.")
	}
	v, err := x.server.needs.View(ctx, x.subject)
	if err != nil {
		x.server.log.Error("ldap search failed", "err", err)
		return true, say(ldap.LDAPResultUnavailable, "Please try again later.")
	}
	q.filter.look(v, map[string]map[int64]bool{})
	return true, x.tell(r, q, v)
}

// tell sends the entries that a search finds, as many as may be, from where
// the page begins.
func (x *session) tell(r request, q query, v *directory.View) error {
	size, from, paged, err := readPage(r.controls)
	if err != nil {
		return x.write(respond(r.id, ldap.ApplicationSearchResultDone, ldap.LDAPResultUnwillingToPerform, errs.Text(err)))
	}
	most := x.server.conf.MaxEntries
	if paged && size > 0 {
		most = min(most, size)
	}
	if q.limit > 0 && !paged {
		most = min(most, q.limit)
	}
	seen, sent, more, there := 0, 0, false, false
	err = x.tree(v, func(e entry, dn *ldap.DN) (bool, error) {
		inside, at := within(dn, q)
		there = there || at
		if !inside || q.filter.holds(e) != yes {
			return true, nil
		}
		if seen++; seen <= from {
			return true, nil
		}
		if more = sent == most; more {
			return false, nil
		}
		sent++
		return true, x.write(found(r.id, e, q.want))
	})
	if err != nil {
		return err
	}
	switch {
	case !there && len(q.base.RDNs) > 0:
		return x.write(respond(r.id, ldap.ApplicationSearchResultDone, ldap.LDAPResultNoSuchObject, "There is nothing at that place."))
	case paged:
		next := ""
		if more {
			next = strconv.Itoa(from + sent)
		}
		return x.write(pageDone(r.id, next))
	case more:
		return x.write(respond(r.id, ldap.ApplicationSearchResultDone, ldap.LDAPResultSizeLimitExceeded, "There are more; please narrow the search."))
	}
	return x.write(respond(r.id, ldap.ApplicationSearchResultDone, ldap.LDAPResultSuccess, ""))
}

// tree shows every entry that the viewer sees, from the top down, people in
// their order, until each says false.
func (x *session) tree(v *directory.View, each func(e entry, dn *ldap.DN) (bool, error)) error {
	people, units := v.Search(directory.Query{}), v.Units()
	language := ""
	for _, p := range people {
		if p.Account == x.subject.Account {
			language = p.Language
		}
	}
	show := func(e entry, dn *ldap.DN) (bool, error) { return each(e, dn) }
	for _, domain := range x.server.needs.Domains(x.subject.Org) {
		base := baseOf(domain)
		top, err := ldap.ParseDN(base)
		if err != nil {
			return err
		}
		below := func(kind, value string, dn *ldap.DN) *ldap.DN {
			return &ldap.DN{RDNs: append([]*ldap.RelativeDN{{Attributes: []*ldap.AttributeTypeAndValue{{Type: kind, Value: value}}}}, dn.RDNs...)}
		}
		inPeople, inUnits := below("ou", "people", top), below("ou", "units", top)
		if again, err := show(branch(domain), top); err != nil || !again {
			return err
		}
		if again, err := show(folder(base, "people"), inPeople); err != nil || !again {
			return err
		}
		for _, p := range people {
			if !strings.HasSuffix(p.Address, "@"+domain) {
				continue
			}
			e := person(p, v.Book, base, language)
			if again, err := show(e, below("uid", e.values("uid")[0], inPeople)); err != nil || !again {
				return err
			}
		}
		if again, err := show(folder(base, "units"), inUnits); err != nil || !again {
			return err
		}
		for _, u := range units {
			e := unit(u, v.Book, base, language)
			if again, err := show(e, below("ou", e.values("ou")[0], inUnits)); err != nil || !again {
				return err
			}
		}
	}
	return nil
}

// within says whether a place is inside a search, and whether it is its base.
func within(dn *ldap.DN, q query) (inside, at bool) {
	at = dn.EqualFold(q.base)
	below := q.base.AncestorOfFold(dn)
	switch q.scope {
	case ldap.ScopeBaseObject:
		return at, at
	case ldap.ScopeSingleLevel:
		return below && len(dn.RDNs) == len(q.base.RDNs)+1, at
	}
	return at || below || len(q.base.RDNs) == 0, at
}

// readPage reads the control of pages: how many entries, after how many.
func readPage(controls []*ber.Packet) (size, from int, paged bool, err error) {
	i := slices.IndexFunc(controls, func(c *ber.Packet) bool { return len(c.Children) > 0 && text(c.Children[0]) == oidPaged })
	if i < 0 {
		return 0, 0, false, nil
	}
	bad := errs.E(errs.Invalid, "The control of pages cannot be read.")
	c := controls[i].Children
	value := []byte(text(c[len(c)-1]))
	if len(c) < 2 || !plain(value, 4, new(int)) {
		return 0, 0, true, bad
	}
	p, e := ber.DecodePacketErr(value)
	if e != nil || len(p.Children) != 2 {
		return 0, 0, true, bad
	}
	n, ok := number(p.Children[0])
	if !ok || n < 0 || n > 1<<31-1 {
		return 0, 0, true, bad
	}
	if cookie := text(p.Children[1]); cookie != "" {
		if from, e = strconv.Atoi(cookie); e != nil || from < 0 {
			return 0, 0, true, bad
		}
	}
	return int(n), from, true, nil
}

// pageDone ends a page; next is empty after the last one.
func pageDone(id int64, next string) *ber.Packet {
	value := ber.NewSequence("")
	value.AppendChild(ber.NewInteger(ber.ClassUniversal, ber.TypePrimitive, ber.TagInteger, int64(0), ""))
	value.AppendChild(ber.NewString(ber.ClassUniversal, ber.TypePrimitive, ber.TagOctetString, next, ""))
	control := ber.NewSequence("")
	control.AppendChild(ber.NewString(ber.ClassUniversal, ber.TypePrimitive, ber.TagOctetString, oidPaged, ""))
	control.AppendChild(ber.NewString(ber.ClassUniversal, ber.TypePrimitive, ber.TagOctetString, string(value.Bytes()), ""))
	list := ber.Encode(ber.ClassContext, ber.TypeConstructed, 0, nil, "")
	list.AppendChild(control)
	m := respond(id, ldap.ApplicationSearchResultDone, ldap.LDAPResultSuccess, "")
	m.AppendChild(list)
	return m
}
