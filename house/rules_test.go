package house

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"chancery/identity"
)

// TestRulesInForce says of every rule where it comes from.
func TestRulesInForce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "c.toml")
	if err := os.WriteFile(path, []byte("presets = [\"da-nang\"]\npasswords.max_months = 3\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("CHANCERY_DEVICES_PHONES", "refuse")
	c, err := LoadConfig(path)
	if err != nil {
		t.Fatal(err)
	}
	c.Applications.Open = true // as the demonstration sets things by itself
	list, err := c.rulesInForce()
	if err != nil {
		t.Fatal(err)
	}
	if len(list) != len(shownRules) {
		t.Errorf("%d rules of %d: %v", len(list), len(shownRules), list)
	}
	for _, want := range []identity.Rule{
		{Key: "presets", Value: "da-nang", Source: "file"}, {Key: "passwords.max_months", Value: "3", Source: "file"}, {Key: "passwords.first_days", Value: "3", Source: "preset da-nang"},
		{Key: "mail.default_quota", Value: "2147483648", Source: "preset da-nang"}, {Key: "devices.phones", Value: "refuse", Source: "environment"}, {Key: "zones.outer.needs", Value: "password", Source: "default"},
		{Key: "applications.open", Value: "true", Source: "default"},
	} {
		if !slices.Contains(list, want) {
			t.Errorf("no %+v in %+v", want, list)
		}
	}
}
