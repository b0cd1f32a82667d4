package house

import (
	"context"
	"fmt"
	"time"

	"chancery/identity"
)

// secondCodeWords are subject and text by language: code, account.
var secondCodeWords = map[string][2]string{
	"en": {"Your code: %[1]s", `%[1]s is the code that confirms this address as the second address of the account %[2]s. It is good for 30 minutes.

If you did not ask for it, there is nothing to do: without the code nothing happens.
`},
	"zh-TW": {"您的驗證碼：%[1]s", `%[1]s 為將本地址設為帳號 %[2]s 備用地址之驗證碼，三十分鐘內有效。

若非您本人申請，無須處理；未輸入驗證碼不會有任何變更。
`},
	"zh-CN": {"您的验证码：%[1]s", `%[1]s 是将本地址设为账号 %[2]s 备用地址的验证码，三十分钟内有效。

如非您本人申请，无需处理；不输入验证码不会有任何变更。
`},
	"vi": {"Mã xác nhận của bạn: %[1]s", `%[1]s là mã xác nhận địa chỉ này làm địa chỉ dự phòng của tài khoản %[2]s. Mã có hiệu lực trong 30 phút.

Nếu bạn không yêu cầu, bạn không cần làm gì: không có mã thì không có gì thay đổi.
`},
	"ko": {"인증 코드: %[1]s", `%[1]s 은(는) 이 주소를 계정 %[2]s의 보조 주소로 확인하는 코드입니다. 30분 동안 유효합니다.

요청하지 않으셨다면 조치할 사항이 없습니다. 코드를 입력하지 않으면 아무것도 변경되지 않습니다.
`},
}

// resetWords are subject and text by language: link, account.
var resetWords = map[string][2]string{
	"en": {"A new password for your account", `Somebody, hopefully you, asked for a new password for the account %[2]s. Open this page to choose one. The link works once, for 30 minutes.

%[1]s

If you did not ask for it, there is nothing to do: the password stays as it is.
`},
	"zh-TW": {"重設您的帳號密碼", `有人（應為您本人）申請重設帳號 %[2]s 之密碼。請開啟下列網頁設定新密碼。此連結限用一次，三十分鐘內有效。

%[1]s

若非您本人申請，無須處理，密碼維持不變。
`},
	"zh-CN": {"重设您的账号密码", `有人（应为您本人）申请重设账号 %[2]s 的密码。请打开以下网页设置新密码。此链接仅可使用一次，三十分钟内有效。

%[1]s

如非您本人申请，无需处理，密码保持不变。
`},
	"vi": {"Mật khẩu mới cho tài khoản của bạn", `Có người, có thể là bạn, đã yêu cầu mật khẩu mới cho tài khoản %[2]s. Hãy mở trang dưới đây để đặt mật khẩu. Liên kết chỉ dùng được một lần, trong 30 phút.

%[1]s

Nếu bạn không yêu cầu, bạn không cần làm gì: mật khẩu vẫn giữ nguyên.
`},
	"ko": {"계정 비밀번호 재설정", `계정 %[2]s의 비밀번호 재설정 요청이 접수되었습니다. 본인이 요청한 경우 아래 페이지를 열어 새 비밀번호를 설정해 주십시오. 링크는 30분 동안 한 번만 사용할 수 있습니다.

%[1]s

요청하지 않으셨다면 조치할 사항이 없습니다. 비밀번호는 그대로 유지됩니다.
`},
}

// SecondCode sends the code that confirms a second address.
func (n notices) SecondCode(ctx context.Context, c identity.SecondCode) error {
	words, ok := secondCodeWords[c.Account.Language]
	if !ok {
		words = secondCodeWords["en"]
	}
	return n.tellAt(ctx, c.Account, c.To, time.Now(), fmt.Sprintf(words[0], c.Code), fmt.Sprintf(words[1], c.Code, c.Account.Address))
}

// ResetLink sends the link for a new password. The token stands behind #,
// which browsers send to nobody.
func (n notices) ResetLink(ctx context.Context, l identity.ResetLink) error {
	words, ok := resetWords[l.Account.Language]
	if !ok {
		words = resetWords["en"]
	}
	return n.tellAt(ctx, l.Account, l.To, time.Now(), words[0], fmt.Sprintf(words[1], n.base(l.Site)+"/reset#"+l.Token, l.Account.Address))
}
