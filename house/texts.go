package house

import (
	"context"
	"fmt"
	"net/url"
	"strconv"
	"time"

	"chancery/audit"
	"chancery/directory"
	"chancery/identity"
	"chancery/identity/sms"
	"chancery/kit/clock"
	"chancery/store"
	"chancery/wire/smpp"
)

// texts writes short messages to people's telephones.
type texts struct {
	h       *House
	courier *sms.Courier
}

// telephones lets the house write to telephones, where a gateway is set.
func (h *House) telephones(ctx context.Context, now clock.Clock) error {
	book, err := sms.NewBook(ctx, h.Store)
	if err != nil {
		return err
	}
	courier, on, err := h.conf.SMS.courier(book, now, h.log)
	if err != nil || !on {
		return err
	}
	h.courier = courier
	h.Identity.UseTexts(texts{h, courier})
	return nil
}

// textWords are the messages by language. Codes fit into one short message of
// 70 characters, with the line for browsers where the name of the server is not long.
type textWords struct {
	signIn string // code, minutes
	phone  string // the same, to register a number
	device string // link
	reset  string // link, minutes
}

var textLanguages = map[string]textWords{
	"en":    {"Sign-in code: %[1]s (%[2]d min). Tell nobody.", "Confirmation code: %[1]s (%[2]d min).", "New device signed in to your account. Not you? %s", "New password, %[2]d min: %[1]s"},
	"zh-TW": {"登入驗證碼：%[1]s（%[2]d分鐘內有效），請勿告知他人。", "手機號碼驗證碼：%[1]s（%[2]d分鐘內有效）。", "您的帳號剛以新裝置登入。若非本人：%s", "重設密碼（%[2]d分鐘內有效）：%[1]s"},
	"zh-CN": {"登录验证码：%[1]s（%[2]d分钟内有效），请勿告知他人。", "手机号码验证码：%[1]s（%[2]d分钟内有效）。", "您的账号刚在新设备上登录。如非本人：%s", "重设密码（%[2]d分钟内有效）：%[1]s"},
	"vi":    {"Mã đăng nhập: %[1]s (%[2]d phút).", "Mã xác nhận số: %[1]s (%[2]d phút).", "Thiết bị mới vừa đăng nhập. Không phải bạn? %s", "Mật khẩu mới (%[2]d phút): %[1]s"},
	"ko":    {"로그인 인증번호: %[1]s (%[2]d분). 알려주지 마세요.", "휴대전화 인증번호: %[1]s (%[2]d분).", "새 기기에서 로그인했습니다. 본인이 아니면: %s", "비밀번호 재설정(%[2]d분): %[1]s"},
}

func wordsOf(a directory.Account) textWords {
	if w, ok := textLanguages[a.Language]; ok {
		return w
	}
	return textLanguages["en"]
}

const codeMinutes, resetMinutes = 5, 30

// Number reads a number that somebody typed.
func (t texts) Number(text string) (string, error) { return t.courier.Number(text) }

// Code sends a code. The last line lets the browser on the telephone fill it in
// for this server only (WICG origin-bound one-time codes); where it would need
// a second message it is left out.
func (t texts) Code(ctx context.Context, c identity.TextCode) (late bool, err error) {
	words := wordsOf(c.Account)
	form := words.phone
	if c.SignIn {
		form = words.signIn
	}
	text := fmt.Sprintf(form, c.Code, codeMinutes)
	if u, err := url.Parse(notices{t.h}.base(c.Peer.Site)); err == nil {
		if with := text + "\n@" + u.Hostname() + " #" + c.Code; smpp.Parts(with) == 1 {
			text = with
		}
	}
	return t.send(ctx, sms.Message{To: c.To, Text: text, Until: c.Until, Newer: true}, c.Account, c.Peer)
}

// ResetText sends the link for a new password.
func (t texts) ResetText(ctx context.Context, l identity.ResetLink, peer identity.Peer) error {
	link := notices{t.h}.base(l.Site) + "/reset#" + l.Token
	return t.tell(ctx, l.Account, l.To, fmt.Sprintf(wordsOf(l.Account).reset, link, resetMinutes), resetMinutes*time.Minute, peer)
}

// DeviceText tells of a new device, with the link by which the person says
// that it was somebody else.
func (t texts) DeviceText(ctx context.Context, n identity.NewDevice, peer identity.Peer) error {
	link := notices{t.h}.base(n.Site) + "/not-me#" + n.Token
	return t.tell(ctx, n.Account, n.Phone, fmt.Sprintf(wordsOf(n.Account).device, link), time.Hour, peer)
}

func (t texts) tell(ctx context.Context, a directory.Account, to, text string, worth time.Duration, peer identity.Peer) error {
	_, err := t.send(ctx, sms.Message{To: to, Text: text, Until: time.Now().Add(worth)}, a, peer)
	return err
}

// send hands a message over. One that is refused stands in the record: somebody
// may be earning by what we send.
func (t texts) send(ctx context.Context, m sms.Message, a directory.Account, peer identity.Peer) (late bool, err error) {
	late, err = t.courier.Send(ctx, m, sms.Asker{Account: a.ID, Peer: peer.Addr})
	if err == nil {
		return late, nil
	}
	by := t.h.Identity.Stranger(a.Org, a.ID, a.Address, peer)
	noted := t.h.Store.Write(ctx, func(tx *store.Tx) error {
		return audit.Append(ctx, tx, time.Now(), audit.By(by, "sms.refuse", "account "+strconv.FormatInt(a.ID, 10), err))
	})
	if noted != nil {
		t.h.log.Error("a short message that was refused is not recorded", "error", noted)
	}
	return late, err
}
