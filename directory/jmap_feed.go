package directory

import "chancery/wire/jmap"

// FeedsURN names the capability of feeds. Only who may carry out the runs of
// one is told of it. The objects stand here, the methods in feed/.
const FeedsURN = "urn:chancery:params:jmap:feeds"

// FeedObject is another system that keeps units and people here.
type FeedObject struct {
	ID     jmap.ID  `json:"id"`
	Name   string   `json:"name"`
	Kind   string   `json:"kind"`   // csv, scim, ldap, webhook
	UnitID *jmap.ID `json:"unitId"` // what it may change, with all below; null = everything
	Units  bool     `json:"units"`  // keeps units too
	Guard  int      `json:"guard"`  // per cent that one run may lock or remove without being confirmed
	Kept   int      `json:"kept"`   // people whom it keeps

	Minutes int           `json:"minutes"` // its directory is asked every so many; 0 = only when somebody says so
	Next    *jmap.UTCDate `json:"next"`    // when it is asked next
	Asked   *jmap.UTCDate `json:"asked"`   // when it last answered as a whole
	Failed  int           `json:"failed"`  // times in a row without an answer that could be carried out
	Trouble string        `json:"trouble"` // why
}

// FeedRunObject is what a feed did, or would do.
type FeedRunObject struct {
	ID       jmap.ID       `json:"id"`
	FeedID   jmap.ID       `json:"feedId"`
	Kind     string        `json:"kind"`     // picture, live, rollback
	UndoesID *jmap.ID      `json:"undoesId"` // run that a rollback takes back
	State    string        `json:"state"`    // planned, running, stopped, done
	Made     jmap.UTCDate  `json:"made"`
	Ended    *jmap.UTCDate `json:"ended"`
	Steps    int           `json:"steps"`
	Done     int           `json:"done"`
	Refused  int           `json:"refused"`
	Skipped  int           `json:"skipped"`
	Leaving  int           `json:"leaving"` // how many are locked or leave
	Guarded  bool          `json:"guarded"` // has to be confirmed
	Problem  string        `json:"problem"` // why it stopped
}

// FeedStepObject is a unit or person that a run changes. Before and After are
// the members that differ, as in the record; units are named in them.
type FeedStepObject struct {
	Num    int    `json:"num"`
	Kind   string `json:"kind"`
	Key    string `json:"key"`
	Place  string `json:"place"`
	Name   string `json:"name"`
	Before string `json:"before"` // JSON; "" = was not there
	After  string `json:"after"`
}

// FeedRefusalObject is what a run leaves out, and why.
type FeedRefusalObject struct {
	Skipped bool   `json:"skipped"`
	Place   string `json:"place"`
	Key     string `json:"key"`
	Name    string `json:"name"`
	Rule    string `json:"rule"`
	Reason  string `json:"reason"`
}

// FeedLook is a page of a run: steps and refusals from a position on.
type FeedLook struct {
	Run      FeedRunObject       `json:"run"`
	Steps    []FeedStepObject    `json:"steps" ts:"list"`
	Refusals []FeedRefusalObject `json:"refusals" ts:"list"`
}
