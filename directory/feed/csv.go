package feed

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"chancery/directory"
	"chancery/kit/errs"
)

// MaxCSV bounds a file in bytes.
const MaxCSV = 256 << 20

// The columns of a file of people and of one of units. Besides these a file of
// units has names by language: name:zh-TW.
var (
	personColumns = []string{"key", "address", "name", "aliases", "rank", "rank_order", "sort", "level", "category", "phone", "language", "state", "unit", "title", "kind", "starts", "ends"}
	unitColumns   = []string{"key", "parent", "name", "sort", "state"}
)

// sheet reads a table whose first line names its columns.
type sheet struct {
	file   string
	r      *csv.Reader
	column map[string]int
}

// openSheet reads the first line. Fields are set apart by what sets it apart:
// comma, semicolon or tab.
func openSheet(file string, r io.Reader, allowed func(string) bool, names []string) (*sheet, error) {
	limited := &io.LimitedReader{R: r, N: MaxCSV + 1}
	head := make([]byte, 0, 512)
	for !slices.Contains(head, '\n') && len(head) < 64<<10 {
		var b [1]byte
		if _, err := io.ReadFull(limited, b[:]); err != nil {
			break
		}
		head = append(head, b[0])
	}
	s := &sheet{file: file, column: map[string]int{}, r: csv.NewReader(io.MultiReader(strings.NewReader(strings.TrimPrefix(string(head), "\ufeff")), limited))}
	for _, comma := range []rune{';', '\t'} {
		if strings.ContainsRune(string(head), comma) && !strings.Contains(string(head), ",") {
			s.r.Comma = comma
		}
	}
	header, err := s.r.Read()
	if err != nil {
		return nil, errs.Wrap(errs.Invalid, err, "%s line 1: there is no line that names the columns; they are %s", file, strings.Join(names, ", "))
	}
	for n, name := range header {
		name = strings.TrimSpace(name)
		if _, twice := s.column[name]; twice {
			return nil, errs.E(errs.Invalid, "%s line 1: the column %q stands there twice", file, name)
		}
		if !allowed(name) {
			return nil, errs.E(errs.Invalid, "%s line 1: there is no column %q; the columns are %s", file, clip(name, 60), strings.Join(names, ", "))
		}
		s.column[name] = n
	}
	if _, ok := s.column["key"]; !ok {
		return nil, errs.E(errs.Invalid, "%s line 1: the column \"key\" is missing, which names each row for good", file)
	}
	return s, nil
}

func (s *sheet) has(name string) bool { _, ok := s.column[name]; return ok }

// each calls row with every line; what is wrong with one line is refused, what
// makes the rest unreadable ends the reading.
func (s *sheet) each(refuse func(Refusal), row func(place string, cell func(string) string) error) error {
	for {
		fields, err := s.r.Read()
		if errors.Is(err, io.EOF) {
			if s.r.InputOffset() > MaxCSV {
				return errs.E(errs.TooLarge, "%s: a file can have %d bytes", s.file, MaxCSV)
			}
			return nil
		}
		line := 0
		if len(fields) > 0 {
			line, _ = s.r.FieldPos(0)
		}
		place := fmt.Sprintf("line %d", line)
		cell := func(name string) string {
			if n, ok := s.column[name]; ok && n < len(fields) {
				return strings.TrimSpace(fields[n])
			}
			return ""
		}
		switch {
		case errors.Is(err, csv.ErrFieldCount):
			err = breaks("columns", "The line has %d fields, the first line %d.", len(fields), len(s.column))
		case err != nil:
			return errs.Wrap(errs.Invalid, err, "%s cannot be read: %s", s.file, err)
		case slices.ContainsFunc(fields, func(f string) bool { return !utf8.ValidString(f) }):
			err = breaks("charset", "The line is not UTF-8. Save the file as \"CSV UTF-8\".")
		default:
			err = row(place, cell)
		}
		if err != nil {
			var b *broken
			rule := "row"
			if errors.As(err, &b) {
				rule = b.rule
			}
			key := cell("key")
			if rule == "columns" || rule == "charset" {
				key = "" // it may be another's
			}
			refuse(Refusal{Place: place, Key: key, Name: strings.ToValidUTF8(cell("name"), ""), Rule: rule, Reason: errs.Text(err)})
		}
	}
}

// ReadPeople reads a file of people into a picture. With a column "kind" the
// rows of one key are the posts of one person; without it unit and title are
// the main post, and others stay.
func (pic *Picture) ReadPeople(file string, r io.Reader) error {
	s, err := openSheet(file, r, func(name string) bool { return slices.Contains(personColumns, name) }, personColumns)
	if err != nil {
		return err
	}
	at := map[string]int{}
	return s.each(func(r Refusal) { pic.Refused = append(pic.Refused, r) }, func(place string, cell func(string) string) error {
		rec, err := s.record(place, cell)
		if err != nil {
			return err
		}
		if i, again := at[rec.Key]; again && s.has("kind") {
			return pic.People[i].add(rec)
		}
		at[rec.Key] = len(pic.People)
		pic.People = append(pic.People, rec)
		if len(pic.People) > MaxPeople {
			return errs.E(errs.TooLarge, "A file can have %d people.", MaxPeople)
		}
		return nil
	})
}

// add takes a further row of the same person: another post, the rest the same
// or not said again.
func (r *Record) add(more Record) error {
	again := func(a, b string) bool { return b == "" || a == b }
	if !again(r.Name, more.Name) || !again(r.Address, more.Address) || !again(r.RankName, more.RankName) || !again(r.Phone, more.Phone) ||
		more.Fields&HasState != 0 && more.State != r.State {
		return breaks("twice", "The key %q stands at %s already, with something else than the posts.", r.Key, r.Place)
	}
	r.Posts = append(r.Posts, more.Posts...)
	return nil
}

// record reads one row. An empty name or address says nothing; other empty
// cells say that there is none.
func (s *sheet) record(place string, cell func(string) string) (r Record, err error) {
	r = Record{Place: place, Key: cell("key"), Address: cell("address"), Name: cell("name"), RankName: cell("rank"), Level: cell("level"), Category: cell("category"), Phone: cell("phone"), Language: cell("language")}
	for _, x := range []struct {
		column string
		field  Fields
	}{{"rank", HasRankName}, {"rank_order", HasRank}, {"sort", HasSort}, {"level", HasLevel}, {"category", HasCategory}, {"phone", HasPhone}, {"aliases", HasAliases}} {
		if s.has(x.column) {
			r.Fields |= x.field
		}
	}
	if r.Address != "" {
		r.Fields |= HasAddress
	}
	if r.Name != "" {
		r.Fields |= HasName
	}
	for _, alias := range strings.Split(cell("aliases"), ";") {
		if alias = strings.TrimSpace(alias); alias != "" {
			r.Aliases = append(r.Aliases, alias)
		}
	}
	if r.Rank, err = number(cell("rank_order"), "rank_order"); err != nil {
		return r, err
	}
	if r.Sort, err = number(cell("sort"), "sort"); err != nil {
		return r, err
	}
	if s.has("state") {
		r.Fields |= HasState
		if r.State, err = stateOf(cell("state")); err != nil {
			return r, err
		}
	}
	if !s.has("unit") {
		return r, nil
	}
	r.Fields |= HasMain
	if s.has("kind") {
		r.Fields = r.Fields&^HasMain | HasPosts
	}
	post := PostRecord{Unit: cell("unit"), Title: cell("title"), Kind: cell("kind"), Starts: cell("starts"), Ends: cell("ends")}
	if post != (PostRecord{}) {
		r.Posts = []PostRecord{post}
	}
	return r, nil
}

func number(text, column string) (int, error) {
	if text == "" {
		return 0, nil
	}
	n, err := strconv.ParseInt(text, 10, 32)
	if err != nil {
		return 0, breaks(column, "%q is no whole number.", clip(text, 40))
	}
	return int(n), nil
}

func stateOf(text string) (State, error) {
	switch State(text) {
	case "", Active:
		return Active, nil
	case Locked, Left:
		return State(text), nil
	}
	return "", breaks("state", "%q is no state (active, locked, left).", clip(text, 40))
}

// ReadUnits reads a file of units into a picture. The column "name" is in the
// language given; name:vi and the like are names in others.
func (pic *Picture) ReadUnits(file string, r io.Reader, language string) error {
	columns := slices.Clone(unitColumns)
	for _, l := range directory.Languages {
		columns = append(columns, "name:"+l)
	}
	s, err := openSheet(file, r, func(name string) bool { return slices.Contains(columns, name) }, columns)
	if err != nil {
		return err
	}
	refuse := func(r Refusal) {
		r.Key = "" // keys of units and of people are apart
		pic.Refused = append(pic.Refused, r)
	}
	return s.each(refuse, func(place string, cell func(string) string) error {
		u := UnitRecord{Place: place, Key: cell("key"), Parent: cell("parent"), Names: map[string]string{}, HasSort: s.has("sort")}
		for _, l := range directory.Languages {
			if name := cell("name:" + l); name != "" {
				u.Names[l] = name
			}
		}
		if name := cell("name"); name != "" {
			u.Names[language] = name
		}
		var err error
		if u.Sort, err = number(cell("sort"), "sort"); err != nil {
			return err
		}
		switch cell("state") {
		case "", "active":
		case "gone":
			u.Gone = true
		default:
			return breaks("state", "%q is no state of a unit (active, gone).", clip(cell("state"), 40))
		}
		pic.Units = append(pic.Units, u)
		if len(pic.Units) > directory.MaxUnits {
			return errs.E(errs.TooLarge, "A file can have %d units.", directory.MaxUnits)
		}
		return nil
	})
}
