package house

import (
	"context"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"chancery/directory"
	"chancery/identity"
	"chancery/identity/cert"
	"chancery/kit/testkit"
	"chancery/policy"
)

// TestLifeConfig reads how long passwords are good, and names what is wrong.
func TestLifeConfig(t *testing.T) {
	own := filepath.Join(t.TempDir(), "days.txt")
	if err := os.WriteFile(own, []byte("2026-11-23 off Founding day\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	friday := time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		set  func(c *Config)
		want string // the day after the third working day, or the error
	}{
		{func(*Config) {}, "2026-11-26"},
		{func(c *Config) { c.Workdays.Country = "VN" }, "2026-11-27"},
		{func(c *Config) { c.Workdays.Country, c.Workdays.File = "VN", own }, "2026-11-27"},
		{func(c *Config) { c.Workdays.Country = "XX" }, "workdays.country"},
		{func(c *Config) { c.Workdays.File = own + ".gone" }, "workdays.file"},
		{func(c *Config) { c.Passwords.MaxMonths = -1 }, "passwords.max_months"},
		{func(c *Config) { c.Passwords.FirstDays = -1 }, "passwords.first_days"},
	} {
		conf, err := LoadConfig("")
		if err != nil {
			t.Fatal(err)
		}
		c.set(&conf)
		got, err := conf.identity()
		said := ""
		if err != nil {
			said = err.Error()
		} else {
			said = got.Life.Calendar.Deadline(friday, got.Life.FirstDays).Format(time.DateOnly)
		}
		if !strings.Contains(said, c.want) {
			t.Errorf("%s, not %s", said, c.want)
		}
	}
}

// TestPasswordDueLetter writes to people in their language that their password
// ends, without a link that others could imitate.
func TestPasswordDueLetter(t *testing.T) {
	ctx := t.Context()
	h := lifeHouse(t)
	for language, words := range map[string][2]string{
		"en": {"Please change your password (days left: 7)", "2027-05-21"}, "zh-TW": {"請變更密碼（剩餘 7 日）", "管理者解鎖"}, "zh-CN": {"请修改密码（剩余 7 天）", "管理员解锁"},
		"vi": {"Vui lòng đổi mật khẩu (còn 7 ngày)", "mở khóa"}, "ko": {"비밀번호를 변경해 주십시오 (7일 남음)", "잠금을 해제"},
	} {
		address := strings.ToLower(language) + "@city.example"
		a, err := h.AddAccount(ctx, policy.System(1), NewAccount{Address: address, PasswordHash: identity.HashPassword("A good password"), Language: language})
		if err != nil {
			t.Fatal(err)
		}
		if err := (notices{h}).PasswordDue(ctx, identity.PasswordDue{Account: a, Due: time.Date(2027, 5, 21, 12, 0, 0, 0, time.Local), Days: 7}); err != nil {
			t.Fatal(err)
		}
		letters := inbox(ctx, t, h, a.Org, a.ID)
		if len(letters) != 1 || !strings.Contains(letters[0], words[0]) || !strings.Contains(letters[0], words[1]) || !strings.Contains(letters[0], address) || strings.Contains(letters[0], "http") {
			t.Errorf("%s: %q", language, letters)
		}
	}
}

// TestCertificateEndsLetter does the same of a certificate.
func TestCertificateEndsLetter(t *testing.T) {
	ctx := t.Context()
	h := lifeHouse(t)
	for language, subject := range map[string]string{"en": "Your certificate ends soon", "zh-TW": "您的憑證即將到期", "zh-CN": "您的证书即将到期",
		"vi": "Chứng thư của bạn sắp hết hạn", "ko": "인증서의 유효 기간이 곧 끝납니다"} {
		address := strings.ToLower(language) + "@city.example"
		a, err := h.AddAccount(ctx, policy.System(1), NewAccount{Address: address, PasswordHash: identity.HashPassword("A good password"), Language: language})
		if err != nil {
			t.Fatal(err)
		}
		if err := (notices{h}).CertificateEnds(ctx, cert.Ending{Account: a, Holder: "林雅婷", Author: "City CA", Ends: time.Date(2027, 5, 21, 12, 0, 0, 0, time.Local)}); err != nil {
			t.Fatal(err)
		}
		letters := inbox(ctx, t, h, a.Org, a.ID)
		if len(letters) != 1 || !strings.Contains(letters[0], subject) || !strings.Contains(letters[0], "林雅婷") || !strings.Contains(letters[0], "City CA") ||
			!strings.Contains(letters[0], "2027-05-21") || !strings.Contains(letters[0], address) || strings.Contains(letters[0], "http") || strings.Contains(letters[0], "%!") {
			t.Errorf("%s: %q", language, letters)
		}
	}
}

func lifeHouse(t *testing.T) *House {
	t.Helper()
	t.Setenv("CHANCERY_HOSTNAME", "mail.city.example")
	c, err := LoadConfig("")
	if err != nil {
		t.Fatal(err)
	}
	h, err := Open(t.Context(), t.TempDir(), c, testkit.Log(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { h.Close() })
	return h
}

// TestOnce has people choose a password of their own whose account was opened
// by an import or by an administrator, and nobody else.
func TestOnce(t *testing.T) {
	ctx := t.Context()
	h := lifeHouse(t)
	const given = "A good password"
	for address, once := range map[string]bool{"one@city.example": true, "two@city.example": false} {
		if _, err := h.AddAccount(ctx, policy.System(1), NewAccount{Address: address, PasswordHash: identity.HashPassword(given), Once: once}); err != nil {
			t.Fatal(err)
		}
		mustChoose(ctx, t, h, address, given, once)
	}
	_, first, err := h.Directory.AddMember(ctx, policy.System(directory.DefaultOrg), directory.Person{Name: "Three", Address: "three@city.example"})
	if err != nil {
		t.Fatal(err)
	}
	mustChoose(ctx, t, h, "three@city.example", first, true)
}

func mustChoose(ctx context.Context, t *testing.T, h *House, address, password string, want bool) {
	t.Helper()
	step, err := h.Identity.SignIn(ctx, address, password, identity.Peer{Addr: netip.MustParseAddr("10.0.0.1"), Door: "http"})
	if err != nil || (strings.Join(step.Methods, " ") == identity.Password) != want || (step.Subject.Account == 0) != want {
		t.Errorf("%s: %+v, %v", address, step, err)
	}
}

// TestResetLetters sends code and link to the second address, in the person's
// language; the link leads home, whatever the browser says.
func TestResetLetters(t *testing.T) {
	ctx := t.Context()
	h := lifeHouse(t)
	second, err := h.AddAccount(ctx, policy.System(1), NewAccount{Address: "second@other.example", PasswordHash: identity.HashPassword("A good password")})
	if err != nil {
		t.Fatal(err)
	}
	for n, language := range []string{"en", "zh-TW", "zh-CN", "vi", "ko"} {
		a, err := h.AddAccount(ctx, policy.System(1), NewAccount{Address: strings.ToLower(language) + "@city.example", PasswordHash: identity.HashPassword("A good password"), Language: language})
		if err != nil {
			t.Fatal(err)
		}
		if err := (notices{h}).SecondCode(ctx, identity.SecondCode{Account: a, To: second.Address, Code: "123456"}); err != nil {
			t.Fatal(err)
		}
		if err := (notices{h}).ResetLink(ctx, identity.ResetLink{Account: a, To: second.Address, Site: "https://evil.test", Token: "1.secret"}); err != nil {
			t.Fatal(err)
		}
		letters := inbox(ctx, t, h, second.Org, second.ID)
		if len(letters) != 2*n+2 {
			t.Fatalf("%s: %d letters", language, len(letters))
		}
		code, link := letters[2*n], letters[2*n+1]
		if strings.Contains(code, "https://") {
			code, link = link, code
		}
		if strings.Count(code, "123456") != 2 || !strings.Contains(code, a.Address) || !strings.Contains(link, "https://mail.city.example/reset#1.secret") || !strings.Contains(link, a.Address) || strings.Contains(link, "evil") {
			t.Errorf("%s: %s %s", language, code, link)
		}
	}
}
