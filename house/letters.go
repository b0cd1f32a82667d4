package house

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"chancery/directory"
	"chancery/identity"
	"chancery/wire/compose"
	"chancery/wire/mime"
)

// notices writes to people about their own account: letters of the house, put
// into their mailbox without going through the queue.
type notices struct{ h *House }

// newDeviceWords are subject and text by language: time, device, address, link.
var newDeviceWords = map[string][2]string{
	"en": {"Your account was signed in to with a new device", `Your account %[5]s was signed in to with a device that was not used before.

Time: %[1]s
Device: %[2]s
Network address: %[3]s

If this was you, there is nothing to do.

If it was not you, open this page and confirm. It ends that session and locks the account until your administrator gives it a new password. The link works once, for seven days.

%[4]s
`},
	"zh-TW": {"您的帳號以新裝置登入", `您的帳號 %[5]s 剛以未曾使用過的裝置登入。

時間：%[1]s
裝置：%[2]s
網路位址：%[3]s

若為您本人登入，無須處理。

若非您本人，請開啟下列網頁並確認：系統將結束該次登入並鎖定帳號，直到管理者重設密碼為止。此連結限用一次，七日內有效。

%[4]s
`},
	"zh-CN": {"您的账号在新设备上登录", `您的账号 %[5]s 刚在未曾使用过的设备上登录。

时间：%[1]s
设备：%[2]s
网络地址：%[3]s

如系您本人登录，无需处理。

如非您本人，请打开以下网页并确认：系统将结束该次登录并锁定账号，直至管理员重设密码。此链接仅可使用一次，七日内有效。

%[4]s
`},
	"vi": {"Tài khoản của bạn được đăng nhập từ thiết bị mới", `Tài khoản %[5]s vừa được đăng nhập từ một thiết bị chưa từng sử dụng.

Thời gian: %[1]s
Thiết bị: %[2]s
Địa chỉ mạng: %[3]s

Nếu đó là bạn, bạn không cần làm gì.

Nếu không phải bạn, hãy mở trang dưới đây và xác nhận. Hệ thống sẽ kết thúc phiên đó và khóa tài khoản cho đến khi quản trị viên cấp mật khẩu mới. Liên kết chỉ dùng được một lần, trong bảy ngày.

%[4]s
`},
	"ko": {"새 기기에서 계정에 로그인했습니다", `계정 %[5]s에 사용한 적이 없는 기기로 로그인했습니다.

시각: %[1]s
기기: %[2]s
네트워크 주소: %[3]s

본인이 로그인한 경우 조치할 사항이 없습니다.

본인이 아닌 경우 아래 페이지를 열어 확인해 주십시오. 해당 세션을 종료하고, 관리자가 새 비밀번호를 발급할 때까지 계정을 잠급니다. 링크는 7일 동안 한 번만 사용할 수 있습니다.

%[4]s
`},
}

// NewDevice tells of a sign-in with a device that was not known before. It
// goes to the inbox past the person's own rules: whoever signed in could have
// written a rule that throws it away.
func (n notices) NewDevice(ctx context.Context, d identity.NewDevice) error {
	if !n.h.conf.Devices.Tell {
		return nil
	}
	words, ok := newDeviceWords[d.Account.Language]
	if !ok {
		words = newDeviceWords["en"]
	}
	// The token stands behind #, which browsers send to nobody: neither to a
	// server nor as the referring page.
	link := n.base(d.Site) + "/not-me#" + d.Token
	text := fmt.Sprintf(words[1], d.At.Local().Format("2006-01-02 15:04 (-07:00)"), browserName(d.Agent), d.Peer, link, d.Account.Address)
	err := n.tell(ctx, d.Account, d.At, words[0], text)
	if d.Second != "" {
		err = errors.Join(err, n.tellAt(ctx, d.Account, d.Second, d.At, words[0], text))
	}
	return err
}

// tell puts a letter of the house into somebody's mailbox.
func (n notices) tell(ctx context.Context, a directory.Account, at time.Time, subject, text string) error {
	b, err := n.letter(a, a.Address, at, subject, text)
	if err != nil {
		return err
	}
	return n.h.Mail.Tell(ctx, a, b)
}

// tellAt sends one to an address elsewhere.
func (n notices) tellAt(ctx context.Context, a directory.Account, to string, at time.Time, subject, text string) error {
	b, err := n.letter(a, to, at, subject, text)
	if err != nil {
		return err
	}
	return n.h.Mail.TellOutside(ctx, a, to, b)
}

func (n notices) letter(a directory.Account, to string, at time.Time, subject, text string) (*bytes.Buffer, error) {
	_, domain, _ := strings.Cut(a.Address, "@")
	m := compose.Message{
		Header: []compose.Field{
			compose.Date("Date", at),
			compose.Addresses("From", []mime.Address{{Name: "Chancery", Local: "postmaster", Host: domain}}, compose.Encoded),
			compose.Addresses("To", mime.ParseAddresses("<"+to+">", "", 1), compose.Encoded),
			compose.Text("Subject", subject, compose.Encoded),
			compose.MessageIDs("Message-ID", []string{compose.NewMessageID(domain)}),
			compose.Token("Auto-Submitted", "auto-generated"),
		},
		Body: compose.Body(text, "", nil, nil),
	}
	var b bytes.Buffer
	_, err := m.WriteTo(&b)
	return &b, err
}

// base is where the link leads: the configured address, or the one the
// browser used, where that is this machine. Whoever signs in says by which
// name they reached us, and must not choose where the letter leads.
func (n notices) base(site string) string {
	if b := n.h.conf.HTTP.BaseURL; b != "" {
		return strings.TrimSuffix(b, "/")
	}
	u, err := url.Parse(site)
	if err == nil {
		addr, noAddr := netip.ParseAddr(u.Hostname())
		if noAddr == nil && addr.IsLoopback() || u.Hostname() == "localhost" || strings.EqualFold(u.Hostname(), n.h.conf.Hostname) {
			return u.Scheme + "://" + u.Host
		}
	}
	return "https://" + n.h.conf.Hostname
}

// browsers and systems are what browsers say of themselves, in the order to
// look for it, and what people call them.
var (
	browsers = [][2]string{{"Edg", "Edge"}, {"Whale/", "Whale"}, {"coc_coc", "Cốc Cốc"}, {"SamsungBrowser/", "Samsung Internet"}, {"Firefox/", "Firefox"},
		{"FxiOS/", "Firefox"}, {"Chrome/", "Chrome"}, {"CriOS/", "Chrome"}, {"Safari/", "Safari"}}
	systems = [][2]string{{"iPhone", "iPhone"}, {"iPad", "iPad"}, {"Android", "Android"}, {"Windows", "Windows"}, {"Mac OS X", "macOS"}, {"CrOS", "ChromeOS"}, {"Linux", "Linux"}}
)

// browserName is a browser in the words of its maker. Of one that is not known
// nothing is repeated: it could pretend to be a text of ours.
func browserName(agent string) string {
	var names []string
	for _, list := range [][][2]string{browsers, systems} {
		for _, b := range list {
			if strings.Contains(agent, b[0]) {
				names = append(names, b[1])
				break
			}
		}
	}
	return cmp.Or(strings.Join(names, ", "), "?")
}
