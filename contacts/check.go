package contacts

import (
	"strings"

	"golang.org/x/text/unicode/norm"

	"chancery/kit/errs"
	"chancery/wire/vcard"
)

// kinds are the kinds of card (RFC 9553 section 2.1.4).
var kinds = map[string]bool{"individual": true, "group": true, "org": true, "location": true, "device": true, "application": true}

// entryMembers are the maps of a card with the member that each entry must
// have; "" where it needs none (RFC 9553 section 2).
var entryMembers = map[string]string{
	"emails": "address", "phones": "number", "nicknames": "name", "organizations": "", "titles": "name", "addresses": "",
	"onlineServices": "", "notes": "note", "links": "uri", "media": "uri", "anniversaries": "kind", "personalInfo": "value",
	"calendars": "uri", "schedulingAddresses": "uri", "cryptoKeys": "uri", "directories": "uri", "preferredLanguages": "language",
}

// textMembers are the members of a card that are texts.
var textMembers = []string{"uid", "prodId", "created", "updated", "language", "kind"}

// setMembers are the members that are sets: text -> true.
var setMembers = []string{"members", "keywords"}

// checkCard holds a card to the shapes of RFC 9553 for all that this server
// and its clients read; members it does not know are kept as they are.
func checkCard(js vcard.JS) error {
	if t, has := js["@type"]; has && t != "Card" {
		return errs.E(errs.Invalid, "The @type of a card is Card.")
	}
	if v, has := js["version"]; has && v != "1.0" {
		return errs.E(errs.Invalid, "The version of a card is 1.0.")
	}
	js["@type"], js["version"] = "Card", "1.0"
	for _, m := range textMembers {
		if v, has := js[m]; has {
			if _, ok := v.(string); !ok {
				return bad(m)
			}
		}
	}
	if kind, has := js["kind"]; has && !kinds[kind.(string)] && !strings.Contains(kind.(string), ":") {
		return errs.E(errs.Invalid, "There is no kind %q of card.", kind)
	}
	for _, m := range setMembers {
		if err := checkSet(js[m], m); err != nil {
			return err
		}
	}
	if err := checkName(js["name"]); err != nil {
		return err
	}
	for m, need := range entryMembers {
		if err := checkEntries(js, m, need); err != nil {
			return err
		}
	}
	return nil
}

func bad(member string) error {
	return errs.E(errs.Invalid, "The member %s is not as RFC 9553 wants it.", member)
}

func checkSet(v any, member string) error {
	if v == nil {
		return nil
	}
	set, ok := v.(vcard.JS)
	if !ok {
		return bad(member)
	}
	for _, x := range set {
		if x != true {
			return bad(member)
		}
	}
	return nil
}

func checkName(v any) error {
	if v == nil {
		return nil
	}
	name, ok := v.(vcard.JS)
	if !ok {
		return bad("name")
	}
	if full, has := name["full"]; has {
		if _, ok := full.(string); !ok {
			return bad("name/full")
		}
	}
	list, has := name["components"]
	parts, ok := list.([]any)
	if has && !ok {
		return bad("name/components")
	}
	for _, p := range parts {
		part, _ := p.(vcard.JS)
		_, kind := part["kind"].(string)
		_, value := part["value"].(string)
		if !kind || !value {
			return bad("name/components")
		}
	}
	return nil
}

func checkEntries(js vcard.JS, member, need string) error {
	v, has := js[member]
	if !has {
		return nil
	}
	m, ok := v.(vcard.JS)
	if !ok {
		return bad(member)
	}
	for key, x := range m {
		e, ok := x.(vcard.JS)
		if !ok || key == "" || len(key) > 255 {
			return bad(member)
		}
		text, isText := e[need].(string)
		if need != "" && !isText {
			return bad(member + "/" + need)
		}
		if member == "media" && strings.HasPrefix(strings.ToLower(text), "javascript:") {
			return bad(member)
		}
		// RFC 9610 section 3: media may name a blob; this server keeps them inline.
		if _, blob := e["blobId"]; blob {
			return errs.E(errs.Unsupported, "Pictures are kept in the card itself, as a data: URI.")
		}
	}
	return nil
}

// foldText makes words comparable: small letters without accents, so that
// "nguyen" finds Nguyễn.
func foldText(s string) string {
	s = strings.ReplaceAll(strings.ToLower(s), "đ", "d")
	var b strings.Builder
	for _, r := range norm.NFD.String(s) {
		if r < 0x300 || r > 0x36F {
			b.WriteRune(r)
		}
	}
	return norm.NFC.String(b.String())
}

// foldCard joins every text that a search should find.
func foldCard(js vcard.JS) string {
	words := []string{vcard.FullName(js)}
	name, _ := js["name"].(vcard.JS)
	list, _ := name["components"].([]any)
	for _, p := range list {
		if part, ok := p.(vcard.JS); ok {
			if v, ok := part["value"].(string); ok {
				words = append(words, v)
			}
		}
	}
	for member, need := range entryMembers {
		if member == "media" || member == "cryptoKeys" {
			continue
		}
		for _, e := range vcard.Entries(js, member) {
			for _, m := range []string{need, "name", "full", "uri", "user"} {
				if v, ok := e[m].(string); ok {
					words = append(words, v)
				}
			}
		}
	}
	keywords, _ := js["keywords"].(vcard.JS)
	for k := range keywords {
		words = append(words, k)
	}
	return foldText(strings.Join(words, "\n"))
}
