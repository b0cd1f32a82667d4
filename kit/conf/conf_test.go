package conf

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

type sample struct {
	Name  string        `toml:"name" default:"city" doc:"What it is called."`
	Limit Size          `toml:"limit" default:"20MB" doc:"How much."`
	List  []string      `toml:"list" default:"a,b" doc:"Which ones."`
	Wait  time.Duration `toml:"wait" default:"5m" doc:"How long."`
	HTTP  struct {
		Port int  `toml:"port" default:"80" doc:"Where."`
		TLS  bool `toml:"tls" default:"true" doc:"Whether."`
	} `toml:"http"`
}

func load(t *testing.T, text string, env ...string) (sample, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "c.toml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	var s sample
	return s, Load(path, "X_", env, &s)
}

func TestLoadOrder(t *testing.T) {
	var s sample
	path := filepath.Join(t.TempDir(), "c.toml")
	os.WriteFile(path, []byte("limit = \"2 GiB\"\nwait = \"10s\"\n[http]\nport = 8080\n"), 0o600)
	if err := Load(path, "X_", []string{"X_HTTP_PORT=9090", "X_LIST=c, d", "OTHER=1"}, &s); err != nil {
		t.Fatal(err)
	}
	if s.Name != "city" || s.Limit != 2<<30 || s.Wait != 10*time.Second || s.HTTP.Port != 9090 || !s.HTTP.TLS || strings.Join(s.List, " ") != "c d" {
		t.Errorf("%+v", s)
	}
}

// TestLayers lays settings that ship with the program between defaults and file.
func TestLayers(t *testing.T) {
	path := filepath.Join(t.TempDir(), "c.toml")
	if err := os.WriteFile(path, []byte("http.port = 8080\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	var s sample
	layers := []Layer{{"one", []byte("name = \"one\"\nlimit = \"1MB\"\nhttp.port = 1\n")}, {"two", []byte("limit = \"2MB\"\nwait = \"1s\"\n")}}
	if err := Load(path, "X_", []string{"X_WAIT=9s"}, &s, layers...); err != nil {
		t.Fatal(err)
	}
	if s.Name != "one" || s.Limit != 2<<20 || s.HTTP.Port != 8080 || s.Wait != 9*time.Second || !s.HTTP.TLS {
		t.Errorf("%+v", s)
	}
	list, err := Settings(path, "X_", []string{"X_WAIT=9s"}, &s, layers...)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, x := range list {
		got[x.Key] = x.Value + " by " + x.Source
	}
	for key, want := range map[string]string{"name": "one by one", "limit": "2097152 by two", "wait": "9s by environment", "http.port": "8080 by file", "http.tls": "true by default", "list": "a,b by default"} {
		if got[key] != want {
			t.Errorf("%s: %s, not %s", key, got[key], want)
		}
	}
	if err := Load("", "X_", nil, &s, Layer{"three", []byte("nmae = 1\n")}); err == nil || !strings.Contains(err.Error(), "three line 1") {
		t.Errorf("a layer with a wrong name: %v", err)
	}
}

func TestLoadRefusesInWords(t *testing.T) {
	for _, c := range []struct{ text, env, want string }{
		{"nmae = \"x\"", "", "line 1: there is no setting \"nmae\""},
		{"name = ", "", "line 1"},
		{"limit = \"many\"", "", "not a size"},
		{"", "X_HTTP_PORT=many", "X_HTTP_PORT"},
	} {
		_, err := load(t, c.text, c.env)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q %q: %v, want %q", c.text, c.env, err, c.want)
		}
	}
}

// TestExplainReadsBack uncomments the reference and loads it.
func TestExplainReadsBack(t *testing.T) {
	var b strings.Builder
	if err := Explain(&b, "X_", &sample{}); err != nil {
		t.Fatal(err)
	}
	var lines []string
	for line := range strings.Lines(b.String()) {
		if !strings.HasPrefix(line, "# ") {
			lines = append(lines, strings.TrimPrefix(line, "#"))
		}
	}
	got, err := load(t, strings.Join(lines, ""))
	if err != nil {
		t.Fatalf("%v\n%s", err, b.String())
	}
	var want sample
	if err := Load("", "X_", nil, &want); err != nil {
		t.Fatal(err)
	}
	if got.Limit != want.Limit || got.HTTP != want.HTTP || got.Name != want.Name {
		t.Errorf("%+v, want %+v", got, want)
	}
}
