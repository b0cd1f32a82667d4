package cms

import (
	"bytes"
	"encoding/base64"
	"encoding/pem"
	"strings"
)

// ParseText reads what people hand over: PEM as OpenSSL writes it, or base64.
func ParseText(text string) (*Signed, error) {
	text = strings.TrimSpace(text)
	if len(text) > 2*MaxSize {
		return Parse(make([]byte, MaxSize+1)) // which says how much it may be
	}
	if strings.HasPrefix(text, "-----BEGIN ") {
		block, rest := pem.Decode([]byte(text))
		if block == nil || (block.Type != "CMS" && block.Type != "PKCS7") || len(bytes.TrimSpace(rest)) > 0 {
			return nil, bad("it is no PEM of a CMS or PKCS7")
		}
		return Parse(block.Bytes)
	}
	b, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(text), ""))
	if err != nil {
		return nil, bad("it is neither PEM nor base64")
	}
	return Parse(b)
}

// maxDepth is how deep elements may stand within each other.
const maxDepth = 16

// toDER writes the lengths of BER anew, as DER has them, and strings of octets
// in one piece (X.690 sections 8.1.3.6 and 8.7.3). Some programs write CMS so.
// The rest stays as it is, and is read strictly.
func toDER(in []byte) ([]byte, error) {
	out, rest, ok := element(nil, in, 0)
	if !ok || len(rest) > 0 {
		return nil, bad("it is no DER")
	}
	return out, nil
}

const constructed, octets = 0x20, 0x04

// element appends the first element of in to out, and returns what follows.
func element(out, in []byte, depth int) (to, rest []byte, ok bool) {
	if len(in) < 2 || in[0]&0x1f == 0x1f || depth > maxDepth {
		return nil, nil, false
	}
	tag := in[0]
	body, rest, open, ok := split(in)
	if !ok || open && tag&constructed == 0 {
		return nil, nil, false
	}
	if tag&constructed == 0 {
		return header(out, tag, body), rest, true
	}
	var within []byte
	for open || len(body) > 0 {
		if open && len(body) >= 2 && body[0] == 0 && body[1] == 0 {
			rest = body[2:]
			break
		}
		from := len(within)
		if within, body, ok = element(within, body, depth+1); !ok {
			return nil, nil, false
		}
		if tag == octets|constructed { // pieces of one string
			piece, _, _, _ := split(within[from:])
			if within[from] != octets {
				return nil, nil, false
			}
			within = append(within[:from], piece...)
		}
	}
	if tag == octets|constructed {
		tag = octets
	}
	return header(out, tag, within), rest, true
}

// split reads the length of an element. One that is open ends where two zeros
// say so; its body is all that follows.
func split(in []byte) (body, rest []byte, open, ok bool) {
	n, at := int(in[1]), 2
	switch {
	case n == 0x80:
		return in[2:], nil, true, true
	case n > 0x80:
		size := n & 0x7f
		if size > 3 || len(in) < 2+size {
			return nil, nil, false, false
		}
		n = 0
		for _, b := range in[2 : 2+size] {
			n = n<<8 | int(b)
		}
		at += size
	}
	if len(in)-at < n {
		return nil, nil, false, false
	}
	return in[at : at+n], in[at+n:], false, true
}

// header appends an element with a length of a known size.
func header(out []byte, tag byte, body []byte) []byte {
	out = append(out, tag)
	switch n := len(body); {
	case n < 0x80:
		out = append(out, byte(n))
	case n < 1<<8:
		out = append(out, 0x81, byte(n))
	case n < 1<<16:
		out = append(out, 0x82, byte(n>>8), byte(n))
	default:
		out = append(out, 0x83, byte(n>>16), byte(n>>8), byte(n))
	}
	return append(out, body...)
}
