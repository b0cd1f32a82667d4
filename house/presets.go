package house

import (
	"embed"
	"path"
	"strings"

	"chancery/kit/conf"
	"chancery/kit/errs"
)

// Presets are the rules of real regulations as files that an operator can
// read, copy and lay over one another.
//
//go:embed presets/*.toml
var presetFiles embed.FS

// Preset is a set of settings that ships with the program.
type Preset struct {
	Name  string
	Title string // the first line of its file
	Text  string // TOML with comments
}

// Presets lists what ships, by name.
func Presets() ([]Preset, error) {
	files, err := presetFiles.ReadDir("presets")
	if err != nil {
		return nil, err
	}
	var list []Preset
	for _, f := range files {
		text, err := presetFiles.ReadFile(path.Join("presets", f.Name()))
		if err != nil {
			return nil, err
		}
		title, _, _ := strings.Cut(string(text), "\n")
		list = append(list, Preset{strings.TrimSuffix(f.Name(), ".toml"), strings.TrimPrefix(title, "# "), string(text)})
	}
	return list, nil
}

// presets returns the named ones, to be laid over the defaults in this order.
func presets(names []string) (layers []conf.Layer, err error) {
	all, err := Presets()
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		known := []string{}
		for _, p := range all {
			known = append(known, p.Name)
			if p.Name == name {
				layers = append(layers, conf.Layer{Name: "preset " + name, Text: []byte(p.Text)})
			}
		}
		if len(layers) == 0 || layers[len(layers)-1].Name != "preset "+name {
			return nil, errs.E(errs.Invalid, "presets: %q is none of %s", name, strings.Join(known, ", "))
		}
	}
	return layers, nil
}
