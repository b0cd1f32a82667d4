package house

import (
	"slices"

	"chancery/identity"
	"chancery/kit/conf"
)

// shownRules are the settings that administrators see in the console: those
// that decide over people. Addresses, keys and passwords of the house are for
// whoever runs the server.
var shownRules = []string{
	"presets", "workdays.country",
	"passwords.min_length", "passwords.classes", "passwords.first_days", "passwords.max_months", "passwords.second_address",
	"zones.inner.needs", "zones.inner.admin_needs", "zones.inner.methods", "zones.inner.app_passwords", "zones.inner.unknown_device",
	"zones.vpn.needs", "zones.vpn.admin_needs", "zones.vpn.methods", "zones.vpn.app_passwords", "zones.vpn.unknown_device",
	"zones.outer.needs", "zones.outer.admin_needs", "zones.outer.methods", "zones.outer.app_passwords", "zones.outer.unknown_device",
	"devices.phones", "http.session_idle", "http.session_life", "http.offline",
	"mail.default_quota", "mail.max_message", "mail.max_attachments", "mail.letters_per_hour", "mail.recipients_per_day", "mail.forward_outside",
	"admin.combine_roles", "applications.open",
}

// rulesInForce are those settings as they hold, with where they come from.
func (c Config) rulesInForce() ([]identity.Rule, error) {
	if c.Mail.MaxAttachments == 0 {
		c.Mail.MaxAttachments = c.Mail.MaxMessage * 3 / 4 // what none means, as people meet it
	}
	now, err := conf.Settings("", "", nil, &c) // what was set after the file was read, as the demonstration does
	if err != nil {
		return nil, err
	}
	list := []identity.Rule{}
	for _, key := range shownRules {
		for _, s := range now {
			if s.Key != key {
				continue
			}
			if i := slices.IndexFunc(c.sources, func(x conf.Setting) bool { return x.Key == key && x.Value == s.Value }); i >= 0 {
				s.Source = c.sources[i].Source
			}
			list = append(list, identity.Rule{Key: key, Value: s.Value, Source: s.Source})
		}
	}
	return list, nil
}
