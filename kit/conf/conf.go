// Package conf reads one TOML file into a struct, lets the environment
// override it, and prints the reference from the same struct.
//
// A field is described by its tags: toml (name), default, doc, and example.
// Types are string, bool, int, int64, float64, time.Duration, []string, Size
// and structs of these.
package conf

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"reflect"
	"strconv"
	"strings"
	"time"

	"chancery/kit/errs"

	"github.com/BurntSushi/toml"
)

// Size is a number of bytes, written like "20MB" or "2 GiB" (both 1024-based).
type Size int64

var units = []struct {
	suffix string
	factor int64
}{{"KIB", 1 << 10}, {"MIB", 1 << 20}, {"GIB", 1 << 30}, {"TIB", 1 << 40}, {"KB", 1 << 10}, {"MB", 1 << 20}, {"GB", 1 << 30}, {"TB", 1 << 40}, {"K", 1 << 10}, {"M", 1 << 20}, {"G", 1 << 30}, {"T", 1 << 40}, {"B", 1}}

// UnmarshalText reads a size.
func (s *Size) UnmarshalText(text []byte) error {
	t := strings.ToUpper(strings.ReplaceAll(string(text), " ", ""))
	factor := int64(1)
	for _, u := range units {
		if rest, ok := strings.CutSuffix(t, u.suffix); ok {
			t, factor = rest, u.factor
			break
		}
	}
	n, err := strconv.ParseFloat(t, 64)
	if err != nil || n < 0 || n*float64(factor) > 1<<62 {
		return errs.E(errs.Invalid, "%q is not a size; write for example 20MB", text)
	}
	*s = Size(n * float64(factor))
	return nil
}

// Layer is a file of settings that comes with the program.
type Layer struct {
	Name string // for errors
	Text []byte // TOML
}

// Load fills cfg (a pointer to a struct): defaults first, then the layers one
// after another, then the file (none when path is ""), then the environment. A
// variable is the prefix and the field's path in capitals, joined by
// underscores. Unknown keys in the file are an error that names the line.
func Load(path, prefix string, environ []string, cfg any, layers ...Layer) error {
	root := reflect.ValueOf(cfg).Elem()
	if err := walk(root, nil, func(f field) error { return f.set(f.def) }); err != nil {
		return err
	}
	for _, l := range layers {
		if err := decode(l.Name, l.Text, cfg); err != nil {
			return err
		}
	}
	if path != "" {
		if err := readFile(path, cfg); err != nil {
			return err
		}
	}
	env := map[string]string{}
	for _, kv := range environ {
		if k, v, ok := strings.Cut(kv, "="); ok && strings.HasPrefix(k, prefix) {
			env[k] = v
		}
	}
	return walk(root, nil, func(f field) error {
		v, ok := env[f.variable(prefix)]
		if !ok {
			return nil
		}
		return errs.Wrap(errs.Invalid, f.set(v), "environment variable %s", f.variable(prefix))
	})
}

func readFile(path string, cfg any) error {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return errs.E(errs.Invalid, "there is no configuration file %s", path)
	}
	if err != nil {
		return errs.Wrap(errs.Invalid, err, "cannot read the configuration file %s", path)
	}
	return decode(path, text, cfg)
}

// decode reads a text over what is there; path is its name for people.
func decode(path string, text []byte, cfg any) error {
	meta, err := toml.Decode(string(text), cfg)
	var pe toml.ParseError
	if errors.As(err, &pe) {
		return errs.E(errs.Invalid, "%s line %d: %s", path, pe.Position.Line, pe.Message)
	}
	if err != nil {
		return errs.E(errs.Invalid, "%s: %v", path, err)
	}
	if unknown := meta.Undecoded(); len(unknown) > 0 {
		key := unknown[0].String()
		return errs.E(errs.Invalid, "%s line %d: there is no setting %q; `chancery config explain` lists them", path, lineOf(text, unknown[0]), key)
	}
	return nil
}

// lineOf finds the line of a key, to help a person; 0 when it is not plain.
func lineOf(text []byte, key toml.Key) int {
	last := key[len(key)-1]
	for i, line := range bytes.Split(text, []byte("\n")) {
		trimmed := strings.TrimSpace(string(line))
		if strings.HasPrefix(trimmed, last) || trimmed == "["+key.String()+"]" {
			return i + 1
		}
	}
	return 0
}

// Explain writes the reference: every field with its meaning and default, in
// the form of a file in which all is commented out.
func Explain(w io.Writer, prefix string, cfg any) error {
	section := ""
	return walk(reflect.ValueOf(cfg).Elem(), nil, func(f field) error {
		if s := strings.Join(f.path[:len(f.path)-1], "."); s != section {
			section = s
			fmt.Fprintf(w, "\n[%s]\n", section)
		}
		for _, line := range strings.Split(f.doc, "\n") {
			fmt.Fprintf(w, "# %s\n", line)
		}
		value := f.def
		if f.example != "" {
			value = f.example
		}
		_, err := fmt.Fprintf(w, "# (environment: %s)\n#%s = %s\n", f.variable(prefix), f.path[len(f.path)-1], f.quote(value))
		return err
	})
}

// Setting is what holds, and where it comes from: "default", the name of a
// layer, "file" or "environment".
type Setting struct{ Key, Value, Source string }

// Settings lists what a loaded cfg holds, in its order. The other arguments are
// those that it was loaded with.
func Settings(path, prefix string, environ []string, cfg any, layers ...Layer) (list []Setting, err error) {
	if path != "" {
		text, err := os.ReadFile(path)
		if err != nil {
			return nil, errs.Wrap(errs.Invalid, err, "cannot read the configuration file %s", path)
		}
		layers = append(layers[:len(layers):len(layers)], Layer{"file", text})
	}
	said := make([]toml.MetaData, len(layers))
	for n, l := range layers {
		var any map[string]any
		if said[n], err = toml.Decode(string(l.Text), &any); err != nil {
			return nil, errs.E(errs.Invalid, "%s: %v", l.Name, err)
		}
	}
	err = walk(reflect.ValueOf(cfg).Elem(), nil, func(f field) error {
		s := Setting{Key: strings.Join(f.path, "."), Value: f.text(), Source: "default"}
		for n, l := range layers {
			if said[n].IsDefined(f.path...) {
				s.Source = l.Name
			}
		}
		for _, kv := range environ {
			if strings.HasPrefix(kv, f.variable(prefix)+"=") {
				s.Source = "environment"
			}
		}
		list = append(list, s)
		return nil
	})
	return list, err
}

// text writes the value as set reads it.
func (f field) text() string {
	switch v := f.value.Interface().(type) {
	case []string:
		return strings.Join(v, ",")
	case time.Duration:
		return v.String()
	}
	return fmt.Sprint(f.value.Interface())
}

// field is one setting.
type field struct {
	path              []string
	def, doc, example string
	value             reflect.Value
}

func (f field) variable(prefix string) string {
	return prefix + strings.ToUpper(strings.Join(f.path, "_"))
}

func (f field) quote(v string) string {
	switch f.value.Interface().(type) {
	case bool, int, int64, float64:
		if v == "" {
			return "0"
		}
		return v
	case []string:
		var quoted []string
		for _, s := range split(v) {
			quoted = append(quoted, strconv.Quote(s))
		}
		return "[" + strings.Join(quoted, ", ") + "]"
	}
	return strconv.Quote(v)
}

func split(v string) []string {
	list := []string{}
	for s := range strings.SplitSeq(v, ",") {
		if s = strings.TrimSpace(s); s != "" {
			list = append(list, s)
		}
	}
	return list
}

// set reads a text into the field; "" is the zero value.
func (f field) set(v string) (err error) {
	switch p := f.value.Addr().Interface().(type) {
	case *string:
		*p = v
	case *[]string:
		*p = split(v)
	case *bool:
		*p, err = parse(v, strconv.ParseBool)
	case *int:
		*p, err = parse(v, strconv.Atoi)
	case *int64:
		*p, err = parse(v, func(s string) (int64, error) { return strconv.ParseInt(s, 10, 64) })
	case *float64:
		*p, err = parse(v, func(s string) (float64, error) { return strconv.ParseFloat(s, 64) })
	case *time.Duration:
		*p, err = parse(v, time.ParseDuration)
	case *Size:
		*p, err = parse(v, func(s string) (z Size, err error) { err = z.UnmarshalText([]byte(s)); return z, err })
	default:
		err = fmt.Errorf("setting %s has a type that cannot be read", strings.Join(f.path, "."))
	}
	if err != nil {
		return errs.E(errs.Invalid, "%s: %q cannot be read: %v", strings.Join(f.path, "."), v, err)
	}
	return nil
}

func parse[T any](v string, read func(string) (T, error)) (zero T, err error) {
	if v == "" {
		return zero, nil
	}
	return read(v)
}

// walk calls fn for every leaf field, depth first, plain fields of a section
// before its subsections.
func walk(v reflect.Value, path []string, fn func(field) error) error {
	t := v.Type()
	for _, nested := range []bool{false, true} {
		for i := range t.NumField() {
			sf := t.Field(i)
			name, _, _ := strings.Cut(sf.Tag.Get("toml"), ",")
			if name == "" || name == "-" || (sf.Type.Kind() == reflect.Struct) != nested {
				continue
			}
			at := append(append([]string{}, path...), name)
			var err error
			if nested {
				err = walk(v.Field(i), at, fn)
			} else {
				err = fn(field{at, sf.Tag.Get("default"), sf.Tag.Get("doc"), sf.Tag.Get("example"), v.Field(i)})
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}
