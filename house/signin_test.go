package house

import (
	"bytes"
	"context"
	"encoding/base64"
	"io"
	"mime"
	"mime/quotedprintable"
	"net/mail"
	"net/netip"
	"regexp"
	"strings"
	"testing"
	"time"

	"chancery/identity"
	"chancery/kit/conf"
	"chancery/kit/errs"
	"chancery/kit/testkit"
	"chancery/policy"
)

// TestZoneConfig reads the rules of the zones, and names what is wrong.
func TestZoneConfig(t *testing.T) {
	t.Setenv("CHANCERY_ZONES_VPN_NETWORKS", "10.9.0.0/16")
	t.Setenv("CHANCERY_ZONES_VPN_NEEDS", "two")
	t.Setenv("CHANCERY_ZONES_VPN_TRUSTED", "true")
	t.Setenv("CHANCERY_ZONES_OUTER_NEEDS", "hardware")
	t.Setenv("CHANCERY_ZONES_OUTER_OFFLINE", "false")
	t.Setenv("CHANCERY_ZONES_OUTER_APP_PASSWORDS", "false")
	t.Setenv("CHANCERY_ZONES_OUTER_METHODS", "key")
	t.Setenv("CHANCERY_ZONES_OUTER_SESSION_IDLE", "15m")
	t.Setenv("CHANCERY_ZONES_INNER_ADMIN_NEEDS", "two")
	t.Setenv("CHANCERY_PASSWORDS_CLASSES", "3")
	t.Setenv("CHANCERY_DEVICES_PHONES", "replace")
	c, err := LoadConfig("")
	if err != nil {
		t.Fatal(err)
	}
	got, err := c.identity()
	if err != nil || len(got.Zones) != 3 {
		t.Fatalf("%+v, %v", got, err)
	}
	vpn, inner, outer := got.Zones[0], got.Zones[1], got.Zones[2]
	if vpn.Name != "vpn" || vpn.Needs != policy.ByTwo || vpn.Trust != policy.Inner || vpn.Networks[0] != netip.MustParsePrefix("10.9.0.0/16") {
		t.Errorf("%+v", vpn)
	}
	if inner.Name != "inner" || inner.Needs != policy.ByPassword || inner.AdminNeeds != policy.ByTwo || inner.Trust != policy.Inner || inner.NoOffline || len(inner.Networks) != 6 {
		t.Errorf("%+v", inner)
	}
	if outer.Needs != policy.ByHardware || !outer.NoOffline || !outer.NoPrograms || strings.Join(outer.Methods, " ") != "key" || outer.Idle != 15*time.Minute || outer.Trust != policy.Outer {
		t.Errorf("%+v", outer)
	}
	if got.Passwords.Classes != 3 || got.Passwords.MinLength != 10 || got.Phones != identity.ReplacePhone {
		t.Errorf("%+v", got)
	}
	for name, bad := range map[string]func(c *Config){
		`zones.outer.needs: "three"`:              func(c *Config) { c.Zones.Outer.Needs = "three" },
		`zones.inner.admin_needs: "closed"`:       func(c *Config) { c.Zones.Inner.AdminNeeds = "closed" },
		`zones.vpn.methods: "fax"`:                func(c *Config) { c.Zones.VPN.Methods = []string{"fax"} },
		`zones.vpn.unknown_device: "maybe"`:       func(c *Config) { c.Zones.VPN.UnknownDevice = "maybe" },
		`zones.vpn.networks: "everywhere"`:        func(c *Config) { c.Zones.VPN.Networks = []string{"everywhere"} },
		`zones.vpn.listeners: "here"`:             func(c *Config) { c.Zones.VPN.Listeners = []string{"here"} },
		`zones.vpn.listeners: "0.0.0.0:443"`:      func(c *Config) { c.Zones.VPN.Listeners = []string{"0.0.0.0:443"} },
		`zones.vpn.listeners: ":443"`:             func(c *Config) { c.Zones.VPN.Listeners = []string{":443"} },
		`zones.outer.networks: the outer zone is`: func(c *Config) { c.Zones.Outer.Networks = []string{"10.0.0.0/8"} },
		`zones.outer: a session cannot end`:       func(c *Config) { c.Zones.Outer.SessionLife = -1 },
		`devices.phones: "one"`:                   func(c *Config) { c.Devices.Phones = "one" },
		`passwords.classes: there are 0 to 4`:     func(c *Config) { c.Passwords.Classes = 5 },
	} {
		wrong := c
		bad(&wrong)
		if _, err := wrong.identity(); !errs.Is(err, errs.Invalid) || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
	var b strings.Builder
	if err := conf.Explain(&b, EnvPrefix, &Config{}); err != nil {
		t.Fatal(err)
	}
	explained := b.String()
	for _, want := range []string{"[zones.inner]", "[zones.outer]", "unknown_device", "[passwords]", "[devices]"} {
		if !strings.Contains(explained, want) {
			t.Errorf("%s is not explained", want)
		}
	}
}

// TestNewDeviceLetter signs in with a second device: the letter about it lies
// in the inbox, in the person's language, and its link works once.
func TestNewDeviceLetter(t *testing.T) {
	ctx := t.Context()
	t.Setenv("CHANCERY_HOSTNAME", "mail.city.example")
	c, err := LoadConfig("")
	if err != nil {
		t.Fatal(err)
	}
	h, err := Open(ctx, t.TempDir(), c, testkit.Log(t))
	if err != nil {
		t.Fatal(err)
	}
	defer h.Close()
	hash := identity.HashPassword("A good password")
	subjects := map[string]string{"en": "new device", "zh-TW": "新裝置", "zh-CN": "新设备", "vi": "thiết bị mới", "ko": "새 기기"}
	for language, subject := range subjects {
		address := strings.ToLower(language) + "@city.example"
		a, err := h.AddAccount(ctx, policy.System(1), NewAccount{Address: address, PasswordHash: hash, Language: language})
		if err != nil {
			t.Fatal(err)
		}
		in := func(agent string) identity.Opened {
			peer := identity.Peer{Addr: netip.MustParseAddr("192.0.2.7"), Door: "http", Agent: agent, Site: "https://evil.test"}
			step, err := h.Identity.SignIn(ctx, address, "A good password", peer)
			if err != nil {
				t.Fatal(err)
			}
			o, err := h.Identity.OpenSession(ctx, step.Subject, peer)
			if err != nil {
				t.Fatal(err)
			}
			return o
		}
		in("Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0")
		if got := inbox(ctx, t, h, a.Org, a.ID); len(got) != 0 {
			t.Errorf("%s: a letter about the first device: %q", language, got)
		}
		opened := in("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0.0.0 Safari/537.36 Click https://evil.test/win")
		letters := inbox(ctx, t, h, a.Org, a.ID)
		if len(letters) != 1 {
			t.Fatalf("%s: %d letters", language, len(letters))
		}
		text := letters[0]
		if !strings.Contains(text, subject) || !strings.Contains(text, "Chrome, Windows") || strings.Contains(text, "evil.test") || !strings.Contains(text, "192.0.2.7") {
			t.Errorf("%s: %s", language, text)
		}
		link := regexp.MustCompile(`https://mail\.city\.example/not-me#(\S+)`).FindStringSubmatch(text)
		if link == nil {
			t.Fatalf("%s: no link in %s", language, text)
		}
		peer := identity.Peer{Addr: netip.MustParseAddr("198.51.100.1"), Door: "http"}
		if err := h.Identity.Disown(ctx, link[1], peer); err != nil {
			t.Errorf("%s: %v", language, err)
		}
		if err := h.Identity.Disown(ctx, link[1], peer); !errs.Is(err, errs.NotFound) {
			t.Errorf("%s: the link twice: %v", language, err)
		}
		if _, err := h.Identity.Session(ctx, opened.Token, peer); !errs.Is(err, errs.Unauthenticated) {
			t.Errorf("%s: the session goes on: %v", language, err)
		}
	}
}

// TestLinkLeadsHome checks where the link in the letter leads: never to where
// the one who signed in says.
func TestLinkLeadsHome(t *testing.T) {
	for _, c := range []struct{ base, site, want string }{
		{"", "https://evil.test", "https://mail.city.example"},
		{"", "https://mail.city.example.evil.test", "https://mail.city.example"},
		{"", "https://MAIL.city.example:8443", "https://MAIL.city.example:8443"},
		{"", "http://localhost:8000", "http://localhost:8000"},
		{"", "http://127.0.0.1:8000", "http://127.0.0.1:8000"},
		{"", ":", "https://mail.city.example"},
		{"", "", "https://mail.city.example"},
		{"https://post.city.example/", "http://localhost:8000", "https://post.city.example"},
	} {
		h := &House{conf: Config{Hostname: "mail.city.example"}}
		h.conf.HTTP.BaseURL = c.base
		if got := (notices{h}).base(c.site); got != c.want {
			t.Errorf("%q at %q: %s, want %s", c.base, c.site, got, c.want)
		}
	}
}

// inbox returns the letters of an account: subject and body of each as text.
func inbox(ctx context.Context, t *testing.T, h *House, org, account int64) (list []string) {
	t.Helper()
	a, err := h.Mail.Account(ctx, policy.Subject{Org: org, Account: account, Assurance: policy.ByTwo}, account)
	if err != nil {
		t.Fatal(err)
	}
	var box bytes.Buffer
	snap, err := a.Snapshot(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range snap.Mailboxes() {
		if b.Role != "inbox" {
			continue
		}
		if _, err := a.ExportBox(ctx, &box, b.ID, nil); err != nil {
			t.Fatal(err)
		}
	}
	for _, text := range strings.Split("\n"+strings.ReplaceAll(box.String(), "\r\n", "\n"), "\nFrom ")[1:] {
		_, text, _ = strings.Cut(text, "\n")
		m, err := mail.ReadMessage(strings.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		subject, err := new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject"))
		if err != nil {
			t.Fatal(err)
		}
		body := m.Body
		switch m.Header.Get("Content-Transfer-Encoding") {
		case "base64":
			body = base64.NewDecoder(base64.StdEncoding, body)
		case "quoted-printable":
			body = quotedprintable.NewReader(body)
		}
		plain, err := io.ReadAll(body)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, subject+"\n\n"+string(plain))
	}
	return list
}

// TestCertificateConfig reads the settings of certificates, and names what is
// wrong with them.
func TestCertificateConfig(t *testing.T) {
	good, err := LoadConfig("")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	out, err := good.certificates(dir)
	if err != nil || out.Open || len(out.Rules) != 1 || out.Rules[0].Kind != "pin" || strings.Join(out.Usages, " ") != "1.3.6.1.5.5.7.3.2" || out.Revocation.Off {
		t.Errorf("as delivered: %+v, %v", out, err)
	}
	if err := selfSign(dir+"/ca.pem", dir+"/ca.key", "City CA"); err != nil {
		t.Fatal(err)
	}
	good.Certificates.Listen, good.Certificates.Anchors, good.Certificates.Usages = ":8443", []string{dir + "/ca.pem"}, []string{"none"}
	if out, err = good.certificates(dir); err != nil || !out.Open || out.Port != "8443" || len(out.Anchors) != 1 || len(out.Usages) != 0 {
		t.Errorf("%+v, %v", out, err)
	}
	for name, bad := range map[string]func(c *CertificateConfig){
		"certificates.anchors: without":             func(c *CertificateConfig) { c.Anchors = nil },
		"certificates.anchors: cannot read":         func(c *CertificateConfig) { c.Anchors = []string{dir + "/none.pem"} },
		"certificates.intermediates: cannot":        func(c *CertificateConfig) { c.Intermediates = []string{dir + "/none.pem"} },
		"certificates.rules: \"name\" begins":       func(c *CertificateConfig) { c.Rules = []string{"name"} },
		"certificates.revocation: \"maybe\"":        func(c *CertificateConfig) { c.Revocation = "maybe" },
		"certificates: grace, refresh, timeout and": func(c *CertificateConfig) { c.Grace = -1 },
		"certificates.site: \"cert.city":            func(c *CertificateConfig) { c.Site = "cert.city.example" },
		"certificates.proxies: \"all\"":             func(c *CertificateConfig) { c.Proxies = []string{"all"} },
	} {
		wrong := good
		bad(&wrong.Certificates)
		if _, err := wrong.certificates(dir); !errs.Is(err, errs.Invalid) || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
