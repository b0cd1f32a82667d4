package policy

import (
	"encoding/json"

	"chancery/kit/errs"
)

// Feature is a part of the service that a class of people can be without.
type Feature uint16

// The features. What somebody is without is refused at every door that has it.
const (
	FeatureWeb          Feature = 1 << iota // the web client
	FeaturePrograms                         // mail programs and others that are no browser, whatever their protocol
	FeatureMobile                           // the web client on telephones and tablets (T19)
	FeatureOffline                          // mail kept in the browser
	FeaturePush                             // word of new mail to a browser that is closed
	FeatureAppPasswords                     // passwords for programs
	FeatureOutside                          // letters to addresses outside the organisation
	FeatureParcels                          // large files by link
	FeatureForward                          // letters sent on to addresses outside by rules, where the house allows that (D23)
)

// Features lists them in their order, with the names that clients know.
var Features = []struct {
	Feature Feature
	Name    string
}{
	{FeatureWeb, "web"}, {FeaturePrograms, "programs"}, {FeatureMobile, "mobile"}, {FeatureOffline, "offline"},
	{FeaturePush, "push"}, {FeatureAppPasswords, "appPasswords"}, {FeatureOutside, "outside"}, {FeatureParcels, "parcels"}, {FeatureForward, "forward"},
}

// Names lists the features of a set.
func (f Feature) Names() []string {
	list := []string{}
	for _, x := range Features {
		if f&x.Feature != 0 {
			list = append(list, x.Name)
		}
	}
	return list
}

// ParseFeatures reads a list of names. Invalid where there is no such feature.
func ParseFeatures(names []string) (f Feature, err error) {
next:
	for _, name := range names {
		for _, x := range Features {
			if x.Name == name {
				f |= x.Feature
				continue next
			}
		}
		return 0, errs.E(errs.Invalid, "There is no feature %q.", name)
	}
	return f, nil
}

// MarshalJSON writes the names.
func (f Feature) MarshalJSON() ([]byte, error) { return json.Marshal(f.Names()) }

// UnmarshalJSON reads names.
func (f *Feature) UnmarshalJSON(text []byte) (err error) {
	var names []string
	if err := json.Unmarshal(text, &names); err != nil {
		return err
	}
	*f, err = ParseFeatures(names)
	return err
}

// Terms are what a class of people has less than the house gives everybody.
// The zero value takes nothing away.
type Terms struct {
	Without        Feature `json:"without"`
	MaxMessage     int64   `json:"maxMessage"`     // bytes of a letter they send; 0 = as the house has it
	MaxAttachments int64   `json:"maxAttachments"` // bytes of its files together
	MaxRecipients  int64   `json:"maxRecipients"`  // of one letter
	MaxHourly      int64   `json:"maxHourly"`      // letters sent within an hour
	MaxDaily       int64   `json:"maxDaily"`       // recipients of the letters of a day
}

// Allows says whether a feature is theirs.
func (t Terms) Allows(f Feature) bool { return t.Without&f == 0 }

// Within returns what holds where the house has a limit and a class of people
// may have one, which is 0 when it has none: the lower of both.
func Within(house, class int64) int64 {
	if class > 0 && class < house {
		return class
	}
	return house
}

// Least is Within where the house itself may have no limit, which is 0.
func Least(house, class int64) int64 {
	if house == 0 {
		return class
	}
	return Within(house, class)
}
