package feed

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"chancery/directory"
	"chancery/policy"
)

// tellPage is how many steps are read at a time.
const tellPage = 500

// kindWords are the kinds of step as an operator reads them.
var kindWords = map[Kind]string{
	AddUnit: "add unit", ChangeUnit: "change unit", RemoveUnit: "remove unit", Add: "add", Return: "take back", Adopt: "take over",
	Change: "change", Move: "move", Lock: "lock", Unlock: "unlock", Leave: "leaves:",
}

// Tell writes what a run does, or would do, one line a step and a refusal.
func (f *Feeds) Tell(ctx context.Context, by policy.Subject, w io.Writer, run int64) error {
	book, err := f.dir.Book(ctx, by.Org)
	if err != nil {
		return err
	}
	names := map[int64]string{}
	for _, u := range book.Units() {
		names[u.ID] = strings.Join(book.Path(u.ID, "en"), " / ")
	}
	for after := 0; ; after += tellPage {
		page, err := f.Look(ctx, by, run, after, tellPage)
		if err != nil {
			return err
		}
		for _, s := range page.Steps {
			if err := s.tell(w, names); err != nil {
				return err
			}
		}
		for _, r := range page.Refusals {
			word := "REFUSED"
			if r.Skipped {
				word = "skipped"
			}
			if _, err := fmt.Fprintf(w, "%s %s [%s] %s\n", word, strings.Join(slices.DeleteFunc([]string{r.Place, r.Key, r.Name}, func(s string) bool { return s == "" }), ", "), r.Rule, r.Reason); err != nil {
				return err
			}
		}
		if len(page.Steps) < tellPage && len(page.Refusals) < tellPage {
			return tellEnd(w, page)
		}
	}
}

func tellEnd(w io.Writer, v Story) error {
	if v.Run.Steps == 0 {
		fmt.Fprintln(w, "nothing to change")
	}
	if v.Run.Guarded(v.Feed) {
		fmt.Fprintf(w, "guarded: would lock or remove %d of %d people, more than %d per cent\n", v.Run.Leaving, v.Run.Kept, v.Feed.Guard)
	}
	_, err := fmt.Fprintf(w, "%d steps, %d refused, %d skipped; %s\n", v.Run.Steps, v.Run.Refused, v.Run.Skipped, v.Run.State)
	return err
}

// tell writes one step: what it does to whom, and each property that differs.
func (s Step) tell(w io.Writer, names map[int64]string) error {
	changes, err := s.Changes()
	if err != nil {
		return err
	}
	for i, c := range changes {
		before, after := c.text(c.Before, names), c.text(c.After, names)
		if s.Kind == AddUnit {
			names[s.Object] = s.Name
		}
		switch {
		case s.Before == "":
			changes[i].Name = c.Name + " " + after
		case s.After == "":
			changes[i].Name = c.Name + " " + before
		default:
			changes[i].Name = fmt.Sprintf("%s %s -> %s", c.Name, before, after)
		}
	}
	line := make([]string, len(changes))
	for i, c := range changes {
		line[i] = c.Name
	}
	_, err = fmt.Fprintf(w, "%s %s (%s): %s\n", kindWords[s.Kind], s.Name, s.Key, strings.Join(line, ", "))
	return err
}

// Difference is a property that a step changes, as JSON; nil is not there.
type Difference struct {
	Name          string
	Before, After json.RawMessage
}

// Changes returns the properties that differ between the sides of a step.
func (s Step) Changes() (list []Difference, err error) {
	old, now := map[string]json.RawMessage{}, map[string]json.RawMessage{}
	for _, side := range []struct {
		text string
		to   *map[string]json.RawMessage
	}{{s.Before, &old}, {s.After, &now}} {
		if side.text != "" {
			if err := json.Unmarshal([]byte(side.text), side.to); err != nil {
				return nil, err
			}
		}
	}
	for _, name := range []string{"names", "parent", "name", "address", "aliases", "rank", "rankOrder", "sort", "level", "phone", "language", "locked", "posts", "deputies", "source"} {
		if !bytes.Equal(old[name], now[name]) {
			list = append(list, Difference{name, old[name], now[name]})
		}
	}
	return list, nil
}

// text writes one side of a difference for people.
func (c Difference) text(raw json.RawMessage, names map[int64]string) string {
	if raw == nil {
		return "-"
	}
	switch c.Name {
	case "parent":
		var id int64
		if json.Unmarshal(raw, &id) == nil {
			return names[id]
		}
	case "posts":
		var posts []directory.Post
		if json.Unmarshal(raw, &posts) == nil {
			return postsText(posts, names)
		}
	}
	var s string
	if json.Unmarshal(raw, &s) == nil {
		return s
	}
	return string(raw)
}

func postsText(posts []directory.Post, names map[int64]string) string {
	list := make([]string, len(posts))
	for i, q := range posts {
		list[i] = strings.TrimSpace(q.Kind+" "+q.Title) + " in " + names[q.Unit]
		if q.Starts != "" || q.Ends != "" {
			list[i] += " " + q.Starts + ".." + q.Ends
		}
	}
	return "[" + strings.Join(list, "; ") + "]"
}
