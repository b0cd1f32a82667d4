package policy

import (
	_ "embed"
	"encoding/json"
	"sync"

	"chancery/kit/errs"
)

// Levels is how many levels a ladder has (C14).
const Levels = 5

// Ladder is what a country calls the levels, lowest first. The numbers that
// are stored are the same everywhere.
type Ladder struct {
	Code   string       `json:"code"`   // a country, or INT
	Number int          `json:"number"` // its place among the label policies that letters name; never used again for another
	Rungs  [Levels]Rung `json:"rungs"`
}

// Rung is one level of a ladder.
type Rung struct {
	Mark  string            `json:"mark"`  // what is written on papers of this level, in the country's own tongue; "" = nothing
	Years int               `json:"years"` // the longest term, where the law has one; 0 = none
	Names map[string]string `json:"names"` // by language
}

//go:embed ladders.json
var ladders []byte

// Ladders returns all ladders. They must not be changed.
var Ladders = sync.OnceValue(func() (list []Ladder) {
	if err := json.Unmarshal(ladders, &list); err != nil {
		panic(err) // the file is part of the program, and a test reads it
	}
	return list
})

// LadderOf returns a ladder by its code.
func LadderOf(code string) (Ladder, error) {
	for _, l := range Ladders() {
		if l.Code == code {
			return l, nil
		}
	}
	return Ladder{}, errs.E(errs.Invalid, "There is no ladder of secrecy %q.", code)
}

// levelWords are the levels as settings and the API name them.
var levelWords = [Levels]string{"public", "internal", "confidential", "secret", "top-secret"}

// String returns the level's word in settings and the API; "" for what bears
// no label.
func (l Level) String() string {
	if l < Public || l > TopSecret {
		return ""
	}
	return levelWords[l]
}

// LevelOf reads a level's word.
func LevelOf(word string) (Level, error) {
	for i, w := range levelWords {
		if w == word {
			return Level(i), nil
		}
	}
	return Unlabelled, errs.E(errs.Invalid, "%q is none of public, internal, confidential, secret, top-secret.", word)
}
