package house

import (
	"context"
	"fmt"
	"time"

	"chancery/directory/rulebook"
)

// acceptWords are subject and text by language: title, until when, account,
// and the page where the rule book is.
var acceptWords = map[string][2]string{
	"en": {"Please read and accept: %[1]s", `The following regulation applies to your account %[3]s and has to be accepted by %[2]s:

%[1]s

Please sign in to the web client, read it and accept it under Settings, Regulations. After that time nothing else opens until you do, and mail programs are refused.

%[4]s
`},
	"zh-TW": {"請詳閱並同意：%[1]s", `下列規範適用於您的帳號 %[3]s，須於 %[2]s 前同意：

%[1]s

請登入網頁版，於「設定」之「使用規範」詳閱並同意。逾期未同意者，於同意前不得使用其他功能，郵件軟體亦無法連線。

%[4]s
`},
	"zh-CN": {"请阅读并同意：%[1]s", `下列规定适用于您的账号 %[3]s，须于 %[2]s 前同意：

%[1]s

请登录网页版，在“设置”的“使用规定”中阅读并同意。逾期未同意的，在同意之前无法使用其他功能，邮件软件也无法连接。

%[4]s
`},
	"vi": {"Vui lòng đọc và chấp thuận: %[1]s", `Quy chế sau áp dụng đối với tài khoản %[3]s và phải được chấp thuận trước %[2]s:

%[1]s

Vui lòng đăng nhập trang web, đọc và chấp thuận tại Cài đặt, Quy chế sử dụng. Quá thời hạn, bạn không thể mở nội dung nào khác cho đến khi chấp thuận, và phần mềm thư bị từ chối.

%[4]s
`},
	"ko": {"확인 및 동의 요청: %[1]s", `다음 규정이 계정 %[3]s에 적용되며, %[2]s까지 동의하셔야 합니다.

%[1]s

웹에 로그인한 뒤 설정의 이용 규정에서 읽고 동의해 주십시오. 기한이 지나면 동의하실 때까지 다른 기능을 사용할 수 없으며, 메일 프로그램도 연결되지 않습니다.

%[4]s
`},
}

// ToAccept asks somebody to read and accept a regulation.
func (n notices) ToAccept(ctx context.Context, r rulebook.Reminder) error {
	words, ok := acceptWords[r.Account.Language]
	if !ok {
		words = acceptWords["en"]
	}
	until := r.Due.Local().Format("2006-01-02 15:04 (-07:00)")
	return n.tell(ctx, r.Account, time.Now(), fmt.Sprintf(words[0], r.Title), fmt.Sprintf(words[1], r.Title, until, r.Account.Address, n.base("")+"/settings/regulations"))
}
