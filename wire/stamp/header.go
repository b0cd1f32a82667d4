package stamp

import (
	"bytes"
	"strings"
)

// fields are the lines of a header, one entry a field with its folds and line
// ends, without the blank line.
type fields []string

// splitHeader parts a header as it stands in the letter.
func splitHeader(raw []byte) fields {
	var f fields
	for line := range bytes.Lines(raw) {
		s := string(line)
		if strings.TrimRight(s, "\r\n") == "" {
			break
		}
		if (s[0] == ' ' || s[0] == '\t') && len(f) > 0 {
			f[len(f)-1] += s
			continue
		}
		f = append(f, s)
	}
	return f
}

// nameOf is the name of a field in lower case.
func nameOf(field string) string {
	name, _, found := strings.Cut(field, ":")
	if !found {
		return ""
	}
	return strings.ToLower(strings.TrimRight(name, " \t"))
}

// get returns what is behind the colon of the first field of a name.
func (f fields) get(name string) (string, bool) {
	for _, s := range f {
		if nameOf(s) == name {
			_, value, _ := strings.Cut(s, ":")
			return value, true
		}
	}
	return "", false
}

// set puts a value into the first field of a name, or a new field at the end.
func (f *fields) set(name, value, end string) {
	field := name + ":" + value + end
	for i, s := range *f {
		if nameOf(s) == strings.ToLower(name) {
			(*f)[i] = field
			return
		}
	}
	if n := len(*f); n > 0 && !strings.HasSuffix((*f)[n-1], "\n") {
		(*f)[n-1] += end
	}
	*f = append(*f, field)
}

// drop takes out the fields of a name.
func (f *fields) drop(name string) {
	kept := (*f)[:0]
	for _, s := range *f {
		if nameOf(s) != name {
			kept = append(kept, s)
		}
	}
	*f = kept
}

// bytes writes the header and the blank line behind it.
func (f fields) bytes(end string) []byte {
	var b bytes.Buffer
	for _, s := range f {
		b.WriteString(s)
	}
	if n := b.Len(); n > 0 && b.Bytes()[n-1] != '\n' {
		b.WriteString(end)
	}
	b.WriteString(end)
	return b.Bytes()
}
