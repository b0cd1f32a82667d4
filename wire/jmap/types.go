package jmap

import (
	"encoding/json"
	"strings"
	"time"
)

// ID is a record id (RFC 8620 section 1.2): 1 to 255 URL-safe characters.
type ID = string

// ValidID says whether s may be a record id.
func ValidID(s string) bool {
	if s == "" || len(s) > 255 {
		return false
	}
	for i := 0; i < len(s); i++ {
		c := s[i]
		if (c < '0' || c > '9') && (c < 'A' || c > 'Z') && (c < 'a' || c > 'z') && c != '-' && c != '_' {
			return false
		}
	}
	return true
}

// MaxInt is the largest number that an Int or UnsignedInt may hold (RFC 8620
// section 1.3): beyond it a JavaScript number loses digits.
const MaxInt = 1<<53 - 1

// UTCDate is a moment written with the zone "Z" (RFC 8620 section 1.4).
type UTCDate struct{ time.Time }

// MarshalJSON writes the moment without a zero fraction.
func (d UTCDate) MarshalJSON() ([]byte, error) {
	return AppendTime(nil, d.Time.UTC()), nil
}

// UnmarshalJSON reads a moment, which must be in UTC.
func (d *UTCDate) UnmarshalJSON(b []byte) error {
	t, err := readTime(b)
	if err != nil {
		return err
	}
	if !strings.HasSuffix(string(b), `Z"`) {
		return invalid("%s is not in UTC; a UTCDate ends in Z", b)
	}
	d.Time = t
	return nil
}

// Date is a moment with the zone that its writer was in.
type Date struct{ time.Time }

// MarshalJSON writes the moment with its zone and without a zero fraction.
func (d Date) MarshalJSON() ([]byte, error) { return AppendTime(nil, d.Time), nil }

// UnmarshalJSON reads a moment with any zone.
func (d *Date) UnmarshalJSON(b []byte) error {
	t, err := readTime(b)
	d.Time = t
	return err
}

// AppendTime appends t as a JSON string. RFC 8620 section 1.4: letters are
// upper case, and a fraction of zero is left out.
func AppendTime(b []byte, t time.Time) []byte {
	b = append(b, '"')
	b = t.AppendFormat(b, time.RFC3339Nano)
	return append(b, '"')
}

func readTime(b []byte) (time.Time, error) {
	var s string
	if err := json.Unmarshal(b, &s); err != nil {
		return time.Time{}, invalid("a date must be a string")
	}
	// time.Parse also takes a comma before the fraction, which RFC 3339 does not.
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil || strings.Contains(s, ",") {
		return time.Time{}, invalid("%q is not a date of the form 2006-01-02T15:04:05Z", s)
	}
	return t, nil
}
