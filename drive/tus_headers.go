package drive

import (
	"encoding/base64"
	"strconv"
	"strings"
	"unicode/utf8"

	"chancery/kit/errs"
)

// maxMetadata bounds the header in which a program says what a file is.
const maxMetadata = 4 << 10

// parseMetadata reads Upload-Metadata (tus 1.0, creation): pairs of a key and a
// value in base64, between commas; the value may be missing.
func parseMetadata(header string) (map[string]string, error) {
	out := map[string]string{}
	if header == "" {
		return out, nil
	}
	bad := func(why string) (map[string]string, error) {
		return nil, errs.E(errs.Invalid, "Upload-Metadata: %s.", why)
	}
	if len(header) > maxMetadata {
		return bad("it is too long")
	}
	for pair := range strings.SplitSeq(header, ",") {
		key, value, _ := strings.Cut(strings.TrimSpace(pair), " ")
		if key == "" {
			return bad("a key is missing")
		}
		for i := range len(key) {
			if key[i] <= ' ' || key[i] > '~' {
				return bad("a key is not of ASCII")
			}
		}
		if _, twice := out[key]; twice {
			return bad("a key is there twice")
		}
		b, err := base64.StdEncoding.DecodeString(strings.TrimSpace(value))
		if err != nil || !utf8.Valid(b) {
			return bad("a value is not base64 of UTF-8")
		}
		out[key] = string(b)
	}
	return out, nil
}

// parseCount reads a header that is a number of bytes; nothing but digits.
func parseCount(name, text string) (int64, error) {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 0 || strings.Trim(text, "0123456789") != "" {
		return 0, errs.E(errs.Invalid, "%s: %q is not a number of bytes.", name, text)
	}
	return n, nil
}
