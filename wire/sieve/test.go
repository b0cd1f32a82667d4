package sieve

import (
	"slices"
	"strings"

	"chancery/wire/mime"
)

// test answers one test.
func (r *run) test(x *command) bool {
	if r.stopped || !r.spend(1) {
		return false
	}
	switch x.name {
	case "true":
		return true
	case "not":
		return !r.test(x.tests[0])
	case "allof":
		return !slices.ContainsFunc(x.tests, func(t *command) bool { return !r.test(t) })
	case "anyof":
		return slices.ContainsFunc(x.tests, r.test)
	case "size":
		if has(x, "over") {
			return uint64(r.env.Letter.Size()) > x.args[0].number
		}
		return uint64(r.env.Letter.Size()) < x.args[0].number
	case "exists":
		return !slices.ContainsFunc(r.keys(x.args[0].list), func(name string) bool { return !r.spend(1) || len(r.env.Letter.Header(name)) == 0 })
	case "header":
		return r.header(x)
	case "address":
		return r.address(x)
	case "envelope":
		return r.envelope(x)
	case "body":
		return r.body(x)
	case "string":
		return r.str(x)
	case "hasflag":
		return r.hasFlag(x)
	case "date":
		return r.date(x)
	case "currentdate":
		return r.currentDate(x)
	case "mailboxexists":
		return r.all(x.args[0].list, r.env.Mailbox)
	case "mailboxidexists":
		return r.all(x.args[0].list, r.env.MailboxID)
	case "hasattachment":
		return r.env.Letter.HasAttachment()
	case "ihave":
		return r.all(x.args[0].list, func(ext string) bool { return slices.Contains(Extensions, ext) })
	}
	return false
}

func (r *run) all(list []string, is func(string) bool) bool {
	return is != nil && !slices.ContainsFunc(r.keys(list), func(s string) bool { return !r.spend(100) || !is(s) })
}

// pick applies :index and :last (RFC 5260 section 6).
func pick(x *command, values []string) []string {
	v, ok := x.tags["index"]
	if !ok {
		return values
	}
	n := v.number
	if n == 0 || n > uint64(len(values)) {
		return nil
	}
	if has(x, "last") {
		return values[uint64(len(values))-n:][:1]
	}
	return values[n-1 : n]
}

// header is RFC 5228 section 5.7; values are decoded and without the white
// space at their ends.
func (r *run) header(x *command) bool {
	var values []string
	for _, name := range r.keys(x.args[0].list) {
		for _, v := range pick(x, r.env.Letter.Header(name)) {
			if !r.spend(len(v)) {
				return false
			}
			values = append(values, strings.Trim(mime.DecodeText(v, ""), " \t"))
		}
	}
	return r.matcher(x).any(values, r.keys(x.args[1].list))
}

// address is RFC 5228 section 5.1: only addresses count, not names.
func (r *run) address(x *command) bool {
	var values []string
	for _, name := range r.keys(x.args[0].list) {
		for _, v := range pick(x, r.env.Letter.Header(name)) {
			if !r.spend(len(v)) {
				return false
			}
			for _, a := range mime.Mailboxes(mime.AsAddresses(v)) {
				if part, ok := r.part(x, a.Email()); ok {
					values = append(values, part)
				}
			}
		}
	}
	return r.matcher(x).any(values, r.keys(x.args[1].list))
}

// envelope is RFC 5228 section 5.4. A null sender is an empty text.
func (r *run) envelope(x *command) bool {
	var values []string
	for _, name := range r.keys(x.args[0].list) {
		address := r.env.From
		if strings.EqualFold(name, "to") {
			address = r.env.To
		} else if !strings.EqualFold(name, "from") {
			continue
		}
		if part, ok := r.part(x, address); ok {
			values = append(values, part)
		}
	}
	return r.matcher(x).any(values, r.keys(x.args[1].list))
}

func localOf(address string) string {
	if i := strings.LastIndexByte(address, '@'); i >= 0 {
		return address[:i]
	}
	return address
}

func domainOf(address string) string {
	if i := strings.LastIndexByte(address, '@'); i >= 0 {
		return address[i+1:]
	}
	return ""
}

// part takes the wanted part of an address (RFC 5228 section 2.7.4). There is
// no detail where there is no separator, and no match then (RFC 5233 section 4).
func (r *run) part(x *command, address string) (string, bool) {
	local := localOf(address)
	user, detail, found := strings.Cut(local, string(r.env.SeparatorChar))
	switch {
	case has(x, "localpart"):
		return local, true
	case has(x, "domain"):
		return domainOf(address), true
	case has(x, "user"):
		return user, true
	case has(x, "detail"):
		return detail, found
	}
	return address, true
}

// body is RFC 5173. It sets no match variables (section 6).
func (r *run) body(x *command) bool {
	m := r.matcher(x)
	m.capture = false
	var values []string
	switch {
	case has(x, "raw"):
		values = []string{r.env.Letter.Raw(r.lim.Body)}
	case has(x, "content"):
		// A copy: other runs of the same script read the list at this moment.
		types := slices.Clone(r.keys(x.tags["content"].list))
		for i, t := range types {
			types[i] = strings.ToLower(t)
		}
		// The parts are decoded for each such test, however little comes of it.
		if !r.spend(int(min(r.env.Letter.Size(), int64(r.lim.Body))) / 8) {
			return false
		}
		values = r.env.Letter.Content(types, r.lim.Body)
	default:
		values = []string{r.env.Letter.Text(r.lim.Body)}
	}
	return m.any(values, r.keys(x.args[0].list))
}

// str is RFC 5229 section 5. For :count, texts that are empty do not count.
func (r *run) str(x *command) bool {
	values := r.keys(x.args[0].list)
	m := r.matcher(x)
	if m.kind == "count" {
		values = slices.DeleteFunc(slices.Clone(values), func(s string) bool { return s == "" })
	}
	return m.any(values, r.keys(x.args[1].list))
}
