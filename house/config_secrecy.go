package house

import (
	"strings"

	"chancery/kit/errs"
	"chancery/mail"
	"chancery/policy"
)

// SecrecyConfig are the levels of letters and what holds for them (C14, C15).
// How high one sees from where is said of each zone.
type SecrecyConfig struct {
	Ladder   string   `toml:"ladder" default:"INT" doc:"Whose names the five levels of secrecy have: CN, KR, TW, VN, or INT."`
	Required bool     `toml:"required" default:"false" doc:"Whoever sends a letter has to choose its level."`
	Outside  string   `toml:"outside" default:"public" doc:"The highest level of letters that go to other organisations: public, internal, confidential, secret, top-secret."`
	Words    []string `toml:"words" doc:"Words that call for a level, which the writer of a letter is told: word=level." example:"war plan=secret"`
	Banner   bool     `toml:"banner" default:"true" doc:"A level above internal stands above the text of letters, too, for programs that know nothing of levels."`
	Programs string   `toml:"programs" doc:"The level that letters get which mail programs send without one, where one is required. Empty: they are refused." example:"internal"`
}

// ReviewConfig says for what it takes two people.
type ReviewConfig struct {
	FourEyes     bool `toml:"four_eyes" default:"true" doc:"A change of the rules for letters waits for a second security administrator."`
	JournalDays  int  `toml:"journal_days" default:"0" doc:"Days that the journal keeps letters; then they are removed, which stands in the record. 0: for ever." example:"1825"`
	SecondPerson bool `toml:"second_person" default:"true" doc:"A look into another's mailbox or the journal waits for a security administrator who is somebody else."`
}

func (c SecrecyConfig) rules() (s mail.Secrecy, err error) {
	bad := func(setting string, err error) error {
		return errs.E(errs.Invalid, "secrecy.%s: %s", setting, errs.Text(err))
	}
	if s.Ladder, err = policy.LadderOf(c.Ladder); err != nil {
		return s, bad("ladder", err)
	}
	if s.Outside, err = policy.LevelOf(c.Outside); err != nil {
		return s, bad("outside", err)
	}
	s.Required, s.Banner, s.Programs = c.Required, c.Banner, policy.Unlabelled
	if c.Programs != "" {
		if s.Programs, err = policy.LevelOf(c.Programs); err != nil {
			return s, bad("programs", err)
		}
	}
	for _, text := range c.Words {
		word, level, _ := strings.Cut(text, "=")
		l, err := policy.LevelOf(strings.TrimSpace(level))
		if word = strings.TrimSpace(word); err != nil || word == "" {
			return s, errs.E(errs.Invalid, "secrecy.words: %q is not word=level", text)
		}
		s.Words = append(s.Words, mail.Word{Text: word, Level: l})
	}
	return s, nil
}
