package house

import (
	"os"
	"path/filepath"
	"testing"
)

// TestPushKey checks that the key is made once, kept, private, and refused
// when it is something else.
func TestPushKey(t *testing.T) {
	dir := t.TempDir()
	first, err := Config{}.pushKey(dir)
	if err != nil {
		t.Fatal(err)
	}
	second, err := Config{}.pushKey(dir)
	if err != nil || !first.Equal(second) {
		t.Errorf("another key at the second start: %v", err)
	}
	file := filepath.Join(dir, "push.key")
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file: %v %v", info, err)
	}
	for _, bad := range []string{"", "no PEM", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"} {
		if err := os.WriteFile(file, []byte(bad), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := (Config{}).pushKey(dir); err == nil {
			t.Errorf("%q was taken for a key", bad)
		}
	}
}
