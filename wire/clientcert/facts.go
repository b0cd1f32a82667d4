package clientcert

import (
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"chancery/kit/errs"
)

// Limits of what is read of one certificate.
const (
	maxNames = 100  // of one kind
	maxValue = 1000 // bytes of one name or value
)

var (
	oidSAN       = asn1.ObjectIdentifier{2, 5, 29, 17}
	oidDirectory = asn1.ObjectIdentifier{2, 5, 29, 9}
	oidUPN       = asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 311, 20, 2, 3} // user principal name, of Windows
	oidSerial    = asn1.ObjectIdentifier{2, 5, 4, 5}                      // serialNumber of the subject (X.520 6.2.9)
)

// Facts are what a certificate says of its holder.
type Facts struct {
	Subject string // as RFC 4514 writes it
	Issuer  string // the same of who issued it
	Holder  string // what people call the subject, and the issuer
	Author  string
	Numbers []string // serialNumber of the subject, which the issuer gives to one person
	Emails  []string // rfc822Name
	UPNs    []string // otherName, as Windows domains write it
	// Attributes of the subject and its directory attributes (RFC 5280 section
	// 4.2.1.8), by their object identifiers.
	Attributes map[string][]string
}

// Read collects the facts. A name that could be taken for another, with a zero
// byte or control characters in it, makes the whole certificate unreadable.
func Read(c *x509.Certificate) (f Facts, err error) {
	f = Facts{Subject: c.Subject.String(), Issuer: c.Issuer.String(), Holder: called(c.Subject), Author: called(c.Issuer), Attributes: map[string][]string{}}
	for _, n := range c.Subject.Names {
		text, ok := n.Value.(string)
		if !ok {
			continue
		}
		if err := f.add(n.Type, text); err != nil {
			return f, err
		}
		if n.Type.Equal(oidSerial) {
			f.Numbers = append(f.Numbers, text)
		}
	}
	for _, e := range c.Extensions {
		switch {
		case e.Id.Equal(oidSAN):
			err = f.alternatives(e.Value)
		case e.Id.Equal(oidDirectory):
			err = f.directory(e.Value)
		}
		if err != nil {
			return f, err
		}
	}
	return f, nil
}

// called is the name by which people know somebody: authorities of governments
// often have no common name, but a unit.
func called(n pkix.Name) string {
	for _, list := range [][]string{{n.CommonName}, n.OrganizationalUnit, n.Organization} {
		for _, s := range list {
			if plain(s) == nil {
				return s
			}
		}
	}
	return n.String()
}

// Has says whether an attribute is there, with the value where one is given.
func (f Facts) Has(oid, value string) bool {
	all := f.Attributes[oid]
	return len(all) > 0 && (value == "" || slices.Contains(all, value))
}

var errName = errs.E(errs.Invalid, "A name in the certificate cannot be read.")

// plain refuses text that can be shown or compared as something else.
func plain(s string) error {
	if s == "" || len(s) > maxValue || !utf8.ValidString(s) || strings.ContainsFunc(s, unicode.IsControl) {
		return errName
	}
	return nil
}

func (f *Facts) add(oid asn1.ObjectIdentifier, value string) error {
	if err := plain(value); err != nil {
		return err
	}
	key := oid.String()
	if len(f.Attributes) >= maxNames || len(f.Attributes[key]) >= maxNames {
		return errName
	}
	f.Attributes[key] = append(f.Attributes[key], value)
	return nil
}

// elements reads the parts of a SEQUENCE or SET OF.
func elements(der []byte, tag int) (list []asn1.RawValue, err error) {
	var outer asn1.RawValue
	rest, err := asn1.Unmarshal(der, &outer)
	if err != nil || len(rest) > 0 || outer.Class != asn1.ClassUniversal || outer.Tag != tag || !outer.IsCompound {
		return nil, errName
	}
	for inside := outer.Bytes; len(inside) > 0; {
		var v asn1.RawValue
		if inside, err = asn1.Unmarshal(inside, &v); err != nil || len(list) >= maxNames {
			return nil, errName
		}
		list = append(list, v)
	}
	return list, nil
}

// alternatives reads GeneralNames (RFC 5280 section 4.2.1.6).
func (f *Facts) alternatives(der []byte) error {
	names, err := elements(der, asn1.TagSequence)
	if err != nil {
		return err
	}
	for _, n := range names {
		if n.Class != asn1.ClassContextSpecific {
			return errName
		}
		switch n.Tag {
		case 0: // otherName
			if err := f.otherName(n.Bytes); err != nil {
				return err
			}
		case 1: // rfc822Name
			if err := plain(string(n.Bytes)); err != nil {
				return err
			}
			f.Emails = append(f.Emails, string(n.Bytes))
		}
	}
	return nil
}

func (f *Facts) otherName(der []byte) error {
	var oid asn1.ObjectIdentifier
	rest, err := asn1.Unmarshal(der, &oid)
	if err != nil {
		return errName
	}
	if !oid.Equal(oidUPN) {
		return nil
	}
	var wrapped, text asn1.RawValue
	if rest, err = asn1.Unmarshal(rest, &wrapped); err != nil || len(rest) > 0 || wrapped.Class != asn1.ClassContextSpecific || wrapped.Tag != 0 {
		return errName
	}
	if rest, err = asn1.Unmarshal(wrapped.Bytes, &text); err != nil || len(rest) > 0 || text.Class != asn1.ClassUniversal || text.Tag != asn1.TagUTF8String {
		return errName
	}
	if err := plain(string(text.Bytes)); err != nil {
		return err
	}
	f.UPNs = append(f.UPNs, string(text.Bytes))
	return nil
}

// directory reads SubjectDirectoryAttributes, in which citizen cards say what
// kind of subject theirs is. Values that are no text and no identifier are
// left out.
func (f *Facts) directory(der []byte) error {
	all, err := elements(der, asn1.TagSequence)
	if err != nil {
		return err
	}
	for _, a := range all {
		var oid asn1.ObjectIdentifier
		rest, err := asn1.Unmarshal(a.Bytes, &oid)
		if err != nil {
			return errName
		}
		values, err := elements(rest, asn1.TagSet)
		if err != nil {
			return err
		}
		for _, v := range values {
			text, ok := textOf(v)
			if !ok {
				continue
			}
			if err := f.add(oid, text); err != nil {
				return err
			}
		}
	}
	return nil
}

func textOf(v asn1.RawValue) (string, bool) {
	if v.Class != asn1.ClassUniversal {
		return "", false
	}
	switch v.Tag {
	case asn1.TagUTF8String, asn1.TagPrintableString, asn1.TagIA5String, asn1.TagNumericString:
		return string(v.Bytes), true
	case asn1.TagOID:
		var oid asn1.ObjectIdentifier
		_, err := asn1.Unmarshal(v.FullBytes, &oid)
		return oid.String(), err == nil
	}
	return "", false
}
