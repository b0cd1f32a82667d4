package demo

import (
	"embed"
	"io/fs"
	"strings"

	"chancery/kit/errs"
)

//go:embed content
var content embed.FS

// table reads content/office/<name>.txt: rows of fields separated by "|".
// Every row has exactly width fields; "#" starts a comment line.
func table(name string, width int) ([][]string, error) {
	text, err := content.ReadFile("content/office/" + name + ".txt")
	if err != nil {
		return nil, errs.Wrap(errs.Internal, err, "the embedded table %s is missing", name)
	}
	var rows [][]string
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		row := splitTrim(line, "|")
		if len(row) != width {
			return nil, errs.E(errs.Internal, "%s.txt: %q has %d fields, want %d", name, line, len(row), width)
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// readScripts parses every script of every language, in the order of names.
func readScripts() ([]script, error) {
	var all []script
	for _, lang := range Languages {
		names, err := fs.Glob(content, "content/"+lang+"/*.txt")
		if err != nil {
			return nil, errs.Wrap(errs.Internal, err, "the embedded scripts cannot be listed")
		}
		for _, name := range names {
			text, err := content.ReadFile(name)
			if err != nil {
				return nil, errs.Wrap(errs.Internal, err, "the embedded script %s is missing", name)
			}
			scripts, err := parseScripts(lang, string(text))
			if err != nil {
				return nil, errs.Wrap(errs.KindOf(err), err, "%s", name)
			}
			all = append(all, scripts...)
		}
	}
	return all, nil
}

// splitTrim splits s at sep and trims the spaces around each piece.
func splitTrim(s, sep string) []string {
	pieces := strings.Split(s, sep)
	for i := range pieces {
		pieces[i] = strings.TrimSpace(pieces[i])
	}
	return pieces
}

// list splits s at sep, trims, and leaves out what is empty.
func list(s, sep string) []string {
	var out []string
	for _, piece := range splitTrim(s, sep) {
		if piece != "" {
			out = append(out, piece)
		}
	}
	return out
}

// pairs reads "a=x; b=y" in order.
func pairs(s string) [][2]string {
	var out [][2]string
	for _, piece := range list(s, ";") {
		k, v, _ := strings.Cut(piece, "=")
		out = append(out, [2]string{strings.TrimSpace(k), strings.TrimSpace(v)})
	}
	return out
}

// byLanguage names the five columns of a row.
func byLanguage(row []string) map[string]string {
	out := make(map[string]string, len(Languages))
	for i, lang := range Languages {
		out[lang] = row[i]
	}
	return out
}
