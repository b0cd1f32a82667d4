package house

import (
	"context"
	"fmt"
	"time"

	"chancery/identity/agency"
)

// providerEndedWords are subject and text by language: the provider, the
// account.
var providerEndedWords = map[string][2]string{
	"en": {"You were signed out: %[1]s no longer signs people in here", `Your administrator ended the sign-in by %[1]s, with which you were signed in to the account %[2]s.

What had been opened by it was ended: sessions, sign-ons to other systems, and mail programs. Please sign in in another way, or ask your administrator.
`},
	"zh-TW": {"您已登出：%[1]s 已停止用於本系統登入", `管理者已停止以 %[1]s 登入，您先前即以此方式登入帳號 %[2]s。

以此方式開啟之工作階段、其他系統之單一登入及郵件程式連線，均已結束。請改以其他方式登入，或洽貴機關管理者。
`},
	"zh-CN": {"您已退出登录：%[1]s 已停止用于本系统登录", `管理员已停止以 %[1]s 登录，您先前即以此方式登录账号 %[2]s。

以此方式开启的会话、其他系统的单点登录和邮件程序连接均已结束。请改用其他方式登录，或联系本单位管理员。
`},
	"vi": {"Bạn đã bị đăng xuất: %[1]s không còn dùng để đăng nhập tại đây", `Quản trị viên đã dừng đăng nhập bằng %[1]s, cách bạn đã dùng cho tài khoản %[2]s.

Những gì đã mở bằng cách này đều đã kết thúc: các phiên làm việc, đăng nhập một lần vào hệ thống khác và chương trình thư. Vui lòng đăng nhập bằng cách khác hoặc liên hệ quản trị viên.
`},
	"ko": {"로그아웃되었습니다: %[1]s(으)로는 더 이상 로그인할 수 없습니다", `관리자가 %[1]s을(를) 통한 로그인을 중지하였습니다. 계정 %[2]s에 이 방법으로 로그인하고 계셨습니다.

이 방법으로 연 세션, 다른 시스템의 통합 로그인, 메일 프로그램 연결을 모두 종료하였습니다. 다른 방법으로 로그인하시거나 관리자에게 문의해 주십시오.
`},
}

// ProviderEnded tells why somebody was signed out.
func (n notices) ProviderEnded(ctx context.Context, e agency.Ended) error {
	words, ok := providerEndedWords[e.Account.Language]
	if !ok {
		words = providerEndedWords["en"]
	}
	return n.tell(ctx, e.Account, time.Now(), fmt.Sprintf(words[0], e.Provider), fmt.Sprintf(words[1], e.Provider, e.Account.Address))
}
