package clientcert

import (
	"encoding/asn1"

	"chancery/kit/errs"
)

// Point is the issuing distribution point of a revocation list: of which
// certificates it is the list (RFC 5280 section 5.2.5).
type Point struct {
	URIs      []string // where it is published; none where it does not say
	Named     bool     // it names a place, of whatever form
	UsersOnly bool
	CAsOnly   bool
	Other     bool // of attribute certificates, of some reasons only, or of other issuers
}

var errPoint = errs.E(errs.Invalid, "The scope of the revocation list cannot be read.")

// ReadPoint reads the value of the extension.
func ReadPoint(der []byte) (p Point, err error) {
	parts, err := elements(der, asn1.TagSequence)
	if err != nil {
		return p, errPoint
	}
	for _, v := range parts {
		if v.Class != asn1.ClassContextSpecific {
			return p, errPoint
		}
		switch v.Tag {
		case 0:
			p.Named = true
			if p.URIs, err = uris(v.Bytes); err != nil {
				return p, err
			}
		case 1, 2, 4, 5:
			if len(v.Bytes) != 1 {
				return p, errPoint
			}
			set := v.Bytes[0] != 0
			switch v.Tag {
			case 1:
				p.UsersOnly = set
			case 2:
				p.CAsOnly = set
			default:
				p.Other = p.Other || set
			}
		default: // onlySomeReasons, and what is not known
			p.Other = true
		}
	}
	return p, nil
}

// uris reads the addresses of a DistributionPointName.
func uris(der []byte) (list []string, err error) {
	var name asn1.RawValue
	rest, err := asn1.Unmarshal(der, &name)
	if err != nil || len(rest) > 0 || name.Class != asn1.ClassContextSpecific {
		return nil, errPoint
	}
	if name.Tag != 0 { // relative to the issuer's name
		return nil, nil
	}
	for inside := name.Bytes; len(inside) > 0; {
		var v asn1.RawValue
		if inside, err = asn1.Unmarshal(inside, &v); err != nil || len(list) >= maxNames {
			return nil, errPoint
		}
		if v.Class == asn1.ClassContextSpecific && v.Tag == 6 {
			list = append(list, string(v.Bytes))
		}
	}
	return list, nil
}
