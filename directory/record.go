package directory

import (
	"context"
	"net/netip"
	"strings"
	"time"
	"unicode"

	"chancery/audit"
	"chancery/kit/errs"
	"chancery/policy"
	"chancery/store"
	"chancery/wire/namekey"
)

// Zones are the network zones of the house, as the record is looked through by
// them. Entries name the zone they
// were made in; older ones have an address alone.
type Zones struct {
	Names []string
	Of    func(peer netip.Addr) string
}

// UseZones sets the zones; until then there are none.
func (d *Directory) UseZones(z Zones) { d.zones = z }

// zoneOf names the zone of an address of the record.
func (d *Directory) zoneOf(peer string) string {
	addr, err := netip.ParseAddr(peer)
	if err != nil || d.zones.Of == nil {
		return ""
	}
	return d.zones.Of(addr)
}

// zoneIn names the zone that an entry says, or for older ones that of its
// address today.
func (d *Directory) zoneIn(e audit.Entry) string {
	if e.Zone != "" {
		return e.Zone
	}
	return d.zoneOf(e.Peer)
}

// AuditFilter is what an auditor looks for in the record of what happened.
type AuditFilter struct {
	Who    string `json:"who"`    // a part of the name or address of an account, or an address as it was given
	Object string `json:"object"` // a part of the name of an account, person or unit, or an object as the record calls it
	Family string `json:"family"` // of verbs
	Result string `json:"result"` // ok, refused
	From   string `json:"from"`   // first day, in the office's time zone; "" = ever
	To     string `json:"to"`     // last day
	Peer   string `json:"peer"`   // network address or range
	Zone   string `json:"zone"`   // network zone
}

// errTooMany is the answer to a part of a name that many have.
var errTooMany = errs.E(errs.TooLarge, "More than %d have such a name. Please say more of it.", audit.MaxNames)

// mayRecord refuses who may not read the record, and notes it.
func (d *Directory) mayRecord(ctx context.Context, s policy.Subject, verb string) error {
	refused := error(nil)
	a, err := d.Administers(ctx, s)
	switch {
	case err != nil:
		return err
	case s.Account != 0 && s.Assurance == policy.ByProgram:
		refused = errs.E(errs.Forbidden, "An app password cannot administer.")
	case !a.May(policy.DutyRecord, 0):
		refused = errs.E(errs.Forbidden, "Your role does not allow to read the record.")
	default:
		return nil
	}
	return errorOr(d.noteRecord(ctx, audit.By(s, verb, "record", refused)), refused)
}

func (d *Directory) noteRecord(ctx context.Context, e audit.Entry) error {
	return d.db.Write(ctx, func(tx *store.Tx) error { return audit.Append(ctx, tx, d.clock.Now(), e) })
}

// Look returns entries of the record that a filter keeps, before the one with
// the number after; 0 begins with the newest, and is itself recorded.
func (d *Directory) Look(ctx context.Context, s policy.Subject, f AuditFilter, after int64, limit int) (found audit.Found, err error) {
	if err := d.mayRecord(ctx, s, "record.read"); err != nil {
		return found, err
	}
	plain, err := d.plainFilter(ctx, s.Org, f)
	if err != nil {
		return found, err
	}
	if after == 0 {
		e, err := audit.By(s, "record.read", "record", nil).Change(nil, asked(f))
		if err == nil {
			err = d.noteRecord(ctx, e)
		}
		if err != nil {
			return found, err
		}
	}
	return d.page(ctx, s.Org, plain, after, limit)
}

func (d *Directory) page(ctx context.Context, org int64, f audit.Filter, after int64, limit int) (found audit.Found, err error) {
	err = d.db.Read(ctx, func(tx *store.Tx) (err error) {
		found, err = audit.Look(ctx, tx, org, f, after, limit)
		return err
	})
	if _, known := store.Found(err); known == nil && err != nil {
		err = errs.E(errs.NotFound, "There is no such entry to go on from.")
	}
	return found, err
}

// asked are the parts of a filter that say something.
func asked(f AuditFilter) map[string]string {
	m := map[string]string{}
	for key, v := range map[string]string{"who": f.Who, "object": f.Object, "family": f.Family, "result": f.Result, "from": f.From, "to": f.To, "peer": f.Peer, "zone": f.Zone} {
		if v != "" {
			m[key] = v
		}
	}
	return m
}

// plainFilter puts a filter into the terms of the record: accounts and objects
// by their ids, days as times.
func (d *Directory) plainFilter(ctx context.Context, org int64, f AuditFilter) (out audit.Filter, err error) {
	out.Family, out.Result = f.Family, f.Result
	if out.Result != "" && out.Result != "ok" && out.Result != "refused" {
		return out, errs.E(errs.Invalid, "The result is ok or refused, not %q.", f.Result)
	}
	if out.From, err = day(f.From, 0); err != nil {
		return out, err
	}
	if out.To, err = day(f.To, 1); err != nil {
		return out, err
	}
	if len(f.Who) > 320 || len(f.Object) > 320 {
		return out, errs.E(errs.TooLarge, "A part of the filter is too long.")
	}
	if out.Keep, err = d.from(f, &out); err != nil {
		return out, err
	}
	if f.Who != "" {
		if out.Accounts, err = d.accountsLike(ctx, org, f.Who); err != nil {
			return out, err
		}
		if len(out.Accounts) == 0 { // nobody, or gone: as it was given
			out.Address = f.Who
		}
	}
	if f.Object != "" {
		if out.Objects, err = d.objectsLike(ctx, org, f.Object); err != nil {
			return out, err
		}
	}
	return out, out.Check()
}

// day reads a day in the office's time zone, and goes so many days on.
func day(text string, on int) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	t, err := time.ParseInLocation(time.DateOnly, text, time.Local)
	if err != nil || t.Year() < 1970 || t.Year() > 9000 {
		return t, errs.E(errs.Invalid, "%q is no day: write 2026-03-02.", text)
	}
	return t.AddDate(0, 0, on), nil
}

// from reads where entries came from: an address, a range, a part of the name
// of a machine, a zone.
func (d *Directory) from(f AuditFilter, out *audit.Filter) (keep func(audit.Entry) bool, err error) {
	var in netip.Prefix
	machine := ""
	if strings.Contains(f.Peer, "/") {
		if in, err = netip.ParsePrefix(f.Peer); err != nil {
			return nil, errs.E(errs.Invalid, "%q is no range of network addresses.", f.Peer)
		}
	} else if f.Peer != "" {
		if addr, err := netip.ParseAddr(f.Peer); err == nil {
			out.Peer = addr.String()
		} else if strings.ContainsFunc(f.Peer, unicode.IsLetter) {
			machine = strings.ToLower(f.Peer)
		} else {
			return nil, errs.E(errs.Invalid, "%q is neither a network address nor the name of a machine.", f.Peer)
		}
	}
	if !in.IsValid() && f.Zone == "" && machine == "" {
		return nil, nil
	}
	return func(e audit.Entry) bool {
		addr, err := netip.ParseAddr(e.Peer)
		return strings.Contains(strings.ToLower(e.Machine), machine) && (!in.IsValid() || err == nil && in.Contains(addr.Unmap())) && (f.Zone == "" || d.zoneIn(e) == f.Zone)
	}, nil
}

// accountsLike returns the accounts of an address, or of a part of a name.
func (d *Directory) accountsLike(ctx context.Context, org int64, text string) (ids []int64, err error) {
	if a, _, err := d.Resolve(ctx, text); err == nil && a.Org == org {
		return []int64{a.ID}, nil
	}
	all, err := d.Accounts(ctx, org)
	if err != nil {
		return nil, err
	}
	want := namekey.Fold(text)
	for _, a := range all {
		if strings.Contains(namekey.Fold(a.Name), want) || strings.Contains(a.Address, want) {
			ids = append(ids, a.ID)
		}
	}
	if len(ids) > audit.MaxNames {
		return nil, errTooMany
	}
	return ids, nil
}

// objectsLike returns the objects that have a part of a name, and what the
// record would call the text itself.
func (d *Directory) objectsLike(ctx context.Context, org int64, text string) (objects []string, err error) {
	names, err := d.namesNow(ctx, org)
	if err != nil {
		return nil, err
	}
	want := namekey.Fold(text)
	seen := map[string]bool{text: true}
	for kind, ids := range names {
		if kind == "address" {
			kind = "account"
		}
		for id, name := range ids {
			if strings.Contains(namekey.Fold(name), want) {
				seen[kind+" "+id] = true
			}
		}
	}
	if len(seen) > audit.MaxNames {
		return nil, errTooMany
	}
	for object := range seen {
		objects = append(objects, object)
	}
	return objects, nil
}

// CheckRecord verifies the record from its start; others who ask
// meanwhile are told to wait.
func (d *Directory) CheckRecord(ctx context.Context, s policy.Subject) (c audit.Checked, err error) {
	if err := d.mayRecord(ctx, s, "record.check"); err != nil {
		return c, err
	}
	if !d.checking.TryLock() {
		return c, errs.E(errs.Conflict, "The record is being checked already.")
	}
	defer d.checking.Unlock()
	if c, err = audit.Check(ctx, d.db, s.Org, d.clock.Now()); err != nil {
		return c, err
	}
	e, err := audit.By(s, "record.check", "record", nil).Change(nil, map[string]any{"entries": c.Entries, "signed": c.Signed, "fault": c.Fault, "broken": c.Broken})
	if err == nil {
		err = d.noteRecord(ctx, e)
	}
	return c, err
}
