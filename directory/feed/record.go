package feed

import (
	"strconv"

	"chancery/directory"
)

// Limits of what a source may bring.
const (
	MaxPeople  = 500_000 // in one picture
	MaxKey     = 200     // bytes of a key in the source
	MaxNote    = 500     // bytes of the place and the reason of a refusal
	MaxRefused = 10_000  // refusals that a run keeps
)

// Fields says which properties a source speaks of; the others stay as they are.
type Fields uint16

// The properties of a person.
const (
	HasName Fields = 1 << iota
	HasAddress
	HasAliases
	HasRank
	HasRankName
	HasSort
	HasLevel
	HasPhone
	HasState
	HasMain  // the main post; others stay
	HasPosts // every post
	HasCategory
)

// State is whether somebody works here.
type State string

// The states. Who is locked keeps their place; who left is taken out of the
// address book as well, and the mailbox stays.
const (
	Active State = "active"
	Locked State = "locked"
	Left   State = "left"
)

// Record is what a source says of one person.
type Record struct {
	Place    string // where it stands in the source, for people: "line 12"
	Key      string // what the source calls them, for good
	NewKey   string // what it calls them from now on; "" = the same
	Fields   Fields
	Address  string
	Name     string
	Aliases  []string
	Rank     int
	RankName string
	Sort     int
	Level    string // id or name of a service level
	Category string // code or name of a kind of staff
	Phone    string
	Language string // only for a new account
	State    State
	Posts    []PostRecord
}

// unitRef names a unit by its id, as sources cannot.
func unitRef(id int64) string { return "\x00" + strconv.FormatInt(id, 10) }

// PostRecord is a post as a source says it. Unit is the source's key of a
// unit, else the names of units from the top with " / " between them, else
// the one name of a unit.
type PostRecord struct {
	Unit         string
	Title        string
	Kind         string // main where empty
	Sort         int
	Starts, Ends string
}

// UnitRecord is what a source says of one unit.
type UnitRecord struct {
	Place   string
	Key     string
	Parent  string // key; "" = at the top of what the feed keeps
	Names   map[string]string
	Sort    int
	HasSort bool
	Gone    bool
	Stays   bool // below whatever it stands; only a new one goes below Parent
}

// Refusal is what a run leaves out, where it stands and why. What is skipped
// is left out as the feed says and hinders nothing.
type Refusal struct {
	Skipped bool
	Place   string
	Key     string
	Name    string
	Rule    string // one word: address, unit, twice, ...
	Reason  string // one sentence

	err error // the cause, for who is answered at once
}

// Picture is all that a source says at a time. What a whole one does not name
// is gone; a part says nothing of the rest.
type Picture struct {
	WholePeople bool
	WholeUnits  bool
	Units       []UnitRecord
	People      []Record
	Refused     []Refusal // what could not be read
}

// person is a person in a step: all that a feed can change.
type person struct {
	Source   string             `json:"source,omitempty"`
	Name     string             `json:"name"`
	Address  string             `json:"address"`
	Language string             `json:"language,omitempty"`
	Aliases  []string           `json:"aliases,omitempty"`
	Rank     int                `json:"rankOrder,omitempty"`
	RankName string             `json:"rank,omitempty"`
	Sort     int                `json:"sort,omitempty"`
	Level    string             `json:"level,omitempty"`
	Category string             `json:"category,omitempty"`
	Phone    string             `json:"phone,omitempty"`
	Locked   bool               `json:"locked,omitempty"`
	Posts    []directory.Post   `json:"posts,omitempty"`
	Deputies []directory.Deputy `json:"deputies,omitempty"`
}

func personFrom(p directory.Person) person {
	return person{p.Source, p.Name, p.Address, p.Language, p.Aliases, p.Rank, p.RankName, p.Sort, p.Level, p.Category, p.Phone, p.Locked, p.Posts, p.Deputies}
}

func (p person) of(id int64) directory.Person {
	return directory.Person{ID: id, Source: p.Source, Name: p.Name, Address: p.Address, Language: p.Language, Aliases: p.Aliases, Rank: p.Rank,
		RankName: p.RankName, Sort: p.Sort, Level: p.Level, Category: p.Category, Phone: p.Phone, Locked: p.Locked, Posts: p.Posts, Deputies: p.Deputies}
}

// unit is a unit in a step.
type unit struct {
	Source string            `json:"source,omitempty"`
	Parent int64             `json:"parent,omitempty"`
	Names  map[string]string `json:"names"`
	Sort   int               `json:"sort,omitempty"`
}

func unitFrom(u directory.Unit) unit { return unit{u.Source, u.Parent, u.Names, u.Sort} }

func (u unit) of(id int64) directory.Unit {
	return directory.Unit{ID: id, Source: u.Source, Parent: u.Parent, Names: u.Names, Sort: u.Sort}
}
