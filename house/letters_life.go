package house

import (
	"context"
	"fmt"
	"time"

	"chancery/identity"
)

// passwordDueWords are subject and text by language: days left, the last day,
// account, and where it is changed. Number words are chosen so that they are
// right for one day and for many.
var passwordDueWords = map[string][2]string{
	"en": {"Please change your password (days left: %[1]d)", `The password of your account %[3]s has to be changed by %[2]s (days left: %[1]d). After that the account is locked until your administrator unlocks it.

Please sign in and choose another password under Settings, Security. Do not follow links in letters that ask you for your password: this letter has none on purpose.
`},
	"zh-TW": {"請變更密碼（剩餘 %[1]d 日）", `您的帳號 %[3]s 之密碼須於 %[2]s 前變更（剩餘 %[1]d 日）。逾期未變更，帳號將遭鎖定，須由管理者解鎖。

請登入後至「設定」之「安全性」變更密碼。凡郵件中要求輸入密碼之連結，請勿點選；本通知特意不附任何連結。
`},
	"zh-CN": {"请修改密码（剩余 %[1]d 天）", `您的账号 %[3]s 的密码须于 %[2]s 前修改（剩余 %[1]d 天）。逾期未修改，账号将被锁定，须由管理员解锁。

请登录后在“设置”的“安全”中修改密码。请勿点击邮件中要求输入密码的链接；本通知特意不附任何链接。
`},
	"vi": {"Vui lòng đổi mật khẩu (còn %[1]d ngày)", `Mật khẩu của tài khoản %[3]s phải được đổi trước %[2]s (còn %[1]d ngày). Quá hạn, tài khoản sẽ bị khóa cho đến khi quản trị viên mở khóa.

Vui lòng đăng nhập và chọn mật khẩu khác tại Cài đặt, Bảo mật. Không mở liên kết trong thư yêu cầu nhập mật khẩu: thư này cố ý không có liên kết nào.
`},
	"ko": {"비밀번호를 변경해 주십시오 (%[1]d일 남음)", `계정 %[3]s의 비밀번호를 %[2]s까지 변경하셔야 합니다(%[1]d일 남음). 기한이 지나면 계정이 잠기며, 관리자가 잠금을 해제해야 합니다.

로그인한 뒤 설정의 보안에서 비밀번호를 변경해 주십시오. 비밀번호를 요구하는 메일의 링크는 열지 마십시오. 이 안내에는 일부러 링크를 넣지 않았습니다.
`},
}

// PasswordDue tells of a password that has to be replaced soon.
func (n notices) PasswordDue(ctx context.Context, d identity.PasswordDue) error {
	words, ok := passwordDueWords[d.Account.Language]
	if !ok {
		words = passwordDueWords["en"]
	}
	until := d.Due.Local().Format("2006-01-02 15:04 (-07:00)")
	return n.tell(ctx, d.Account, time.Now(), fmt.Sprintf(words[0], d.Days), fmt.Sprintf(words[1], d.Days, until, d.Account.Address))
}
