// Package id makes identifiers: sortable 63-bit numbers for rows and
// unguessable text for tokens.
package id

import (
	"crypto/rand"
	"encoding/base32"
	"encoding/binary"
	"strconv"
	"sync/atomic"
	"time"
)

var last atomic.Int64

// New returns a positive number that is unique in this process and, with 20
// random bits a microsecond apart, unique enough between processes to be a
// primary key; later numbers are larger.
//
// Layout: 43 bits of milliseconds since 1970, 20 random bits.
func New() int64 {
	var b [4]byte
	rand.Read(b[:])
	n := time.Now().UnixMilli()<<20 | int64(binary.BigEndian.Uint32(b[:])>>12)
	for {
		prev := last.Load()
		if n <= prev {
			n = prev + 1
		}
		if last.CompareAndSwap(prev, n) {
			return n
		}
	}
}

var tokenText = base32.NewEncoding("abcdefghijkmnpqrstuvwxyz23456789").WithPadding(base32.NoPadding)

// Token returns n random bytes as lower-case text without look-alike letters.
func Token(n int) string {
	b := make([]byte, n)
	rand.Read(b)
	return tokenText.EncodeToString(b)
}

// Text writes a row number as short text with a one-letter prefix that says
// what it names, for JMAP ids (RFC 8620 section 1.2).
func Text(prefix byte, n int64) string {
	return string(prefix) + strconv.FormatInt(n, 36)
}

// Parse reads what Text wrote; ok is false for any other text.
func Parse(prefix byte, s string) (n int64, ok bool) {
	if len(s) < 2 || len(s) > 14 || s[0] != prefix {
		return 0, false
	}
	n, err := strconv.ParseInt(s[1:], 36, 64)
	if err != nil || n < 0 || Text(prefix, n) != s {
		return 0, false
	}
	return n, true
}
