// Package siolabel reads and writes the header field SIO-Label (RFC 7444),
// which says how secret a letter is: as a text for people, with its colours,
// and as an ESS security label for programs (RFC 2634 section 3.2, DER as
// RFC 7444 section 4 has it for the type ":ess").
//
// How long the label holds stands in a security category of ours, since ESS
// has no field for it; who does not know the category reads the rest.
package siolabel

import (
	"crypto/x509"
	"encoding/base64"
	"mime"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/crypto/cryptobyte"
	tag "golang.org/x/crypto/cryptobyte/asn1"

	"chancery/kit/errs"
)

// Field is the name of the header field.
const Field = "SIO-Label"

// MaxValue bounds the value of a field that is read, in bytes.
const MaxValue = 8 << 10

// Classification is how secret, as RFC 2634 section 3.2 counts it.
type Classification int

// The classifications that RFC 2634 names; others up to 256 are a policy's own.
const (
	Unmarked Classification = iota
	Unclassified
	Restricted
	Confidential
	Secret
	TopSecret
)

// The policies and the category of ours stand below a UUID of their own
// (X.667, arc 2.25), which nobody has to register.
const arc = "2.25.129522906123480942060871055524526163546"

const categoryUntil = arc + ".2.1"

// Label is what one field says.
type Label struct {
	Marking    string // for people, in their language; at most 64 characters are written: a line holds them in any script
	Foreground string // colour, as CSS has it; "" = none
	Background string
	Policy     string // the object identifier of the ladder, "" = there is no label for programs
	Class      Classification
	Until      time.Time // when the label ends; zero = it does not by itself
}

// Policy returns the object identifier of a ladder of this program's.
func Policy(number int) string { return arc + ".1." + strconv.Itoa(number) }

// Number returns which ladder of this program's an object identifier names.
func Number(policy string) (n int, ok bool) {
	rest, ok := strings.CutPrefix(policy, arc+".1.")
	if !ok {
		return 0, false
	}
	n, err := strconv.Atoi(rest)
	return n, err == nil && n >= 0
}

// Parse reads the value of a field, unfolded or not. Invalid says what is
// wrong with it; what a label says beyond what is known here is passed over.
func Parse(value string) (l Label, err error) {
	if len(value) > MaxValue {
		return l, errs.E(errs.TooLarge, "SIO-Label: longer than %d bytes", MaxValue)
	}
	value = strings.TrimSuffix(strings.TrimSpace(strings.NewReplacer("\r\n", "", "\n", "").Replace(value)), ";")
	// The grammar is that of MIME's parameters (RFC 7444 section 4), RFC 2231's forms included.
	_, params, err := mime.ParseMediaType("x/label; " + value)
	if err != nil || len(params) == 0 {
		return l, errs.E(errs.Invalid, "SIO-Label: no parameters that can be read")
	}
	l.Marking, l.Foreground, l.Background = params["marking"], params["fgcolor"], params["bgcolor"]
	if !utf8.ValidString(l.Marking) {
		return Label{}, errs.E(errs.Invalid, "SIO-Label: the marking is no UTF-8")
	}
	switch kind, label := params["type"], params["label"]; {
	case kind == "" && label == "":
		if l.Marking == "" {
			return l, errs.E(errs.Invalid, "SIO-Label: neither a marking nor a label")
		}
		return l, nil
	case kind == "" || label == "":
		return l, errs.E(errs.Invalid, "SIO-Label: type and label belong together")
	case kind != ":ess":
		return l, nil // a form for others; the marking is left
	default:
		der, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(label), ""))
		if err != nil {
			return l, errs.E(errs.Invalid, "SIO-Label: the label is not base64")
		}
		return l, l.decode(der)
	}
}

// decode reads an ESSSecurityLabel: a SET of a policy, a classification, a
// privacy mark and categories. BER lets the elements come in any order.
func (l *Label) decode(der []byte) error {
	bad := errs.E(errs.Invalid, "SIO-Label: the label is no ESS security label")
	in, set := cryptobyte.String(der), cryptobyte.String(nil)
	if !in.ReadASN1(&set, tag.SET) || !in.Empty() {
		return bad
	}
	for !set.Empty() {
		var at tag.Tag
		var body cryptobyte.String
		whole := set
		if !set.ReadAnyASN1(&body, &at) {
			return bad
		}
		whole = whole[:len(whole)-len(set)]
		switch at {
		case tag.OBJECT_IDENTIFIER:
			text, ok := oid(body)
			if !ok || l.Policy != "" {
				return bad
			}
			l.Policy = text
		case tag.INTEGER:
			var n int
			if !whole.ReadASN1Integer(&n) || n < 0 || n > 256 {
				return bad
			}
			l.Class = Classification(n)
		case tag.SET:
			if err := l.categories(body); err != nil {
				return bad
			}
		}
	}
	if l.Policy == "" {
		return bad
	}
	return nil
}

// categories reads the SET of SecurityCategory: { type [0] OBJECT IDENTIFIER,
// value [1] ANY }. Those of others are passed over.
func (l *Label) categories(set cryptobyte.String) error {
	for !set.Empty() {
		var one, kind, value cryptobyte.String
		if !set.ReadASN1(&one, tag.SEQUENCE) || !one.ReadASN1(&kind, tag.Tag(0).ContextSpecific()) || !one.ReadASN1(&value, tag.Tag(1).ContextSpecific().Constructed()) {
			return errs.E(errs.Invalid, "a category that cannot be read")
		}
		if text, ok := oid(kind); !ok || text != categoryUntil {
			continue
		}
		var at time.Time
		if !value.ReadASN1GeneralizedTime(&at) {
			return errs.E(errs.Invalid, "an end that is no time")
		}
		l.Until = at.UTC()
	}
	return nil
}

// String returns the value of a field, folded at its parameters (RFC 7444
// section 4, RFC 5322 section 2.2.3), for lines of at most 78 bytes where that
// is possible.
func (l Label) String() string {
	params := map[string]string{}
	put := func(name, value string) {
		if value != "" {
			params[name] = value
		}
	}
	marking := []rune(l.Marking)
	put("marking", string(marking[:min(len(marking), 64)]))
	put("fgcolor", l.Foreground)
	put("bgcolor", l.Background)
	if l.Policy != "" {
		params["type"] = ":ess"
		params["label"] = base64.StdEncoding.EncodeToString(l.encode())
	}
	var out []string
	for _, name := range []string{"marking", "fgcolor", "bgcolor", "type", "label"} {
		if value, ok := params[name]; ok {
			_, text, _ := strings.Cut(mime.FormatMediaType("x/label", map[string]string{name: value}), "; ")
			out = append(out, text)
		}
	}
	return strings.Join(out, ";\r\n ")
}

func (l Label) encode() []byte {
	var b cryptobyte.Builder
	b.AddASN1(tag.SET, func(set *cryptobyte.Builder) {
		// DER orders a SET by its tags: 2, 6, 17.
		set.AddASN1Int64(int64(l.Class))
		set.AddASN1(tag.OBJECT_IDENTIFIER, func(b *cryptobyte.Builder) { b.AddBytes(arcs(l.Policy)) })
		if l.Until.IsZero() {
			return
		}
		set.AddASN1(tag.SET, func(b *cryptobyte.Builder) {
			b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) {
				b.AddASN1(tag.Tag(0).ContextSpecific(), func(b *cryptobyte.Builder) { b.AddBytes(arcs(categoryUntil)) })
				b.AddASN1(tag.Tag(1).ContextSpecific().Constructed(), func(b *cryptobyte.Builder) {
					b.AddASN1GeneralizedTime(l.Until.UTC().Truncate(time.Second))
				})
			})
		})
	})
	return b.BytesOrPanic()
}

// oid reads the content of an OBJECT IDENTIFIER, with arcs of any length.
func oid(der []byte) (text string, ok bool) {
	var id x509.OID
	if len(der) > 64 || id.UnmarshalBinary(der) != nil {
		return "", false
	}
	return id.String(), true
}

// arcs is the other way; an identifier that is none becomes one without meaning.
func arcs(text string) []byte {
	id, err := x509.ParseOID(text)
	if err != nil {
		return []byte{0}
	}
	der, _ := id.MarshalBinary()
	return der
}
