package clientcert

import (
	"crypto/x509"
	"encoding/base64"
	"strings"

	"chancery/kit/errs"
)

// Header is where a proxy that ended TLS writes the certificate that it was
// shown (RFC 9440 section 2.2).
const Header = "Client-Cert"

// MaxHeader bounds the header in bytes.
const MaxHeader = 16 << 10

var errHeader = errs.E(errs.Invalid, "The Client-Cert header cannot be read.")

// ParseHeader reads the lines of the header: one item, a byte sequence of
// structured fields (RFC 8941 section 3.3.5), without parameters. Two lines
// are refused: one of them was not written by the proxy.
func ParseHeader(lines []string) (*x509.Certificate, error) {
	if len(lines) != 1 || len(lines[0]) > MaxHeader {
		return nil, errHeader
	}
	inside, opened := strings.CutPrefix(strings.Trim(lines[0], " "), ":")
	inside, closed := strings.CutSuffix(inside, ":")
	if !opened || !closed || strings.ContainsAny(inside, "\r\n") {
		return nil, errHeader
	}
	der, err := base64.StdEncoding.Strict().DecodeString(inside)
	if err != nil {
		return nil, errHeader
	}
	c, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, errHeader
	}
	return c, nil
}
