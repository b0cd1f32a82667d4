package house

import (
	"context"
	"fmt"
	"time"

	"chancery/identity/cert"
)

// certificateEndsWords are subject and text by language: whose certificate it
// is, by whom, the last day, and the account.
var certificateEndsWords = map[string][2]string{
	"en": {"Your certificate ends soon", `The certificate of %[1]s, issued by %[2]s, with which you sign in to the account %[4]s, is valid until %[3]s. After that it no longer lets you in.

Please have it renewed by its issuer in time. If the new one does not let you in, register it under Settings, Sign-in and security, while the old one is still valid.
`},
	"zh-TW": {"您的憑證即將到期", `您用以登入帳號 %[4]s 之憑證（%[1]s，%[2]s 簽發）有效至 %[3]s，逾期將無法用以登入。

請及早向簽發機關辦理更新。新憑證如無法登入，請於舊憑證到期前至「設定」之「登入與安全」登錄。
`},
	"zh-CN": {"您的证书即将到期", `您用于登录账号 %[4]s 的证书（%[1]s，%[2]s 签发）有效至 %[3]s，逾期将无法用于登录。

请及早向签发机构办理更新。新证书如无法登录，请在旧证书到期前到“设置”的“登录与安全”中登记。
`},
	"vi": {"Chứng thư của bạn sắp hết hạn", `Chứng thư của %[1]s do %[2]s cấp, dùng để đăng nhập tài khoản %[4]s, có hiệu lực đến %[3]s. Sau thời điểm đó bạn không thể đăng nhập bằng chứng thư này.

Vui lòng làm thủ tục gia hạn với nơi cấp. Nếu chứng thư mới chưa đăng nhập được, vui lòng đăng ký tại Cài đặt, Đăng nhập và bảo mật khi chứng thư cũ còn hiệu lực.
`},
	"ko": {"인증서의 유효 기간이 곧 끝납니다", `계정 %[4]s에 로그인할 때 쓰시는 인증서(%[1]s, %[2]s 발급)는 %[3]s까지 유효합니다. 그 뒤에는 이 인증서로 로그인할 수 없습니다.

기한 전에 발급 기관에서 갱신해 주십시오. 새 인증서로 로그인되지 않으면 기존 인증서가 유효한 동안 설정의 로그인 및 보안에서 등록해 주십시오.
`},
}

// CertificateEnds tells of a certificate that ends soon.
func (n notices) CertificateEnds(ctx context.Context, e cert.Ending) error {
	words, ok := certificateEndsWords[e.Account.Language]
	if !ok {
		words = certificateEndsWords["en"]
	}
	until := e.Ends.Local().Format("2006-01-02 15:04 (-07:00)")
	return n.tell(ctx, e.Account, time.Now(), words[0], fmt.Sprintf(words[1], e.Holder, e.Author, until, e.Account.Address))
}

// certificateEndedWords are the same for one that is not good any more: its
// holder, by whom, the account; with a sentence each for why.
var certificateEndedWords = map[string][4]string{
	"en": {"You were signed out: your certificate is no longer accepted", "It was revoked by its issuer.", "It has expired, or no longer belongs to your account here.", `The certificate of %[1]s, issued by %[2]s, no longer lets you in to the account %[3]s. %[4]s

What had been opened with it was ended: sessions, sign-ons to other systems, and mail programs.

If you did not expect this, please ask its issuer or your administrator.
`},
	"zh-TW": {"您已登出：憑證已無法使用", "該憑證業經簽發機關廢止。", "該憑證已逾期，或已不屬於您在本系統之帳號。", `您用以登入帳號 %[3]s 之憑證（%[1]s，%[2]s 簽發）已無法用以登入。%[4]s

以該憑證開啟之工作階段、其他系統之單一登入及郵件程式連線，均已結束。

如有疑義，請洽簽發機關或貴機關管理者。
`},
	"zh-CN": {"您已退出登录：证书已无法使用", "该证书已被签发机构吊销。", "该证书已过期，或已不属于您在本系统的账号。", `您用于登录账号 %[3]s 的证书（%[1]s，%[2]s 签发）已无法用于登录。%[4]s

以该证书开启的会话、其他系统的单点登录和邮件程序连接均已结束。

如有疑问，请联系签发机构或本单位管理员。
`},
	"vi": {"Bạn đã bị đăng xuất: chứng thư không còn được chấp nhận", "Chứng thư đã bị nơi cấp thu hồi.", "Chứng thư đã hết hạn, hoặc không còn thuộc tài khoản của bạn tại đây.", `Chứng thư của %[1]s do %[2]s cấp không còn đăng nhập được tài khoản %[3]s. %[4]s

Những gì đã mở bằng chứng thư này đều đã kết thúc: các phiên làm việc, đăng nhập một lần vào hệ thống khác và chương trình thư.

Nếu có thắc mắc, vui lòng liên hệ nơi cấp hoặc quản trị viên của bạn.
`},
	"ko": {"로그아웃되었습니다: 인증서를 더 이상 사용할 수 없습니다", "발급 기관에서 인증서를 폐지하였습니다.", "인증서의 유효 기간이 끝났거나 더 이상 이 계정의 인증서가 아닙니다.", `계정 %[3]s에 로그인할 때 쓰시던 인증서(%[1]s, %[2]s 발급)로는 더 이상 로그인할 수 없습니다. %[4]s

이 인증서로 연 세션, 다른 시스템의 통합 로그인, 메일 프로그램 연결을 모두 종료하였습니다.

문의 사항이 있으면 발급 기관이나 관리자에게 문의해 주십시오.
`},
}

// CertificateEnded tells why somebody was signed out.
func (n notices) CertificateEnded(ctx context.Context, e cert.Ended) error {
	words, ok := certificateEndedWords[e.Account.Language]
	if !ok {
		words = certificateEndedWords["en"]
	}
	why := words[2]
	if e.Revoked {
		why = words[1]
	}
	return n.tell(ctx, e.Account, time.Now(), words[0], fmt.Sprintf(words[3], e.Holder, e.Author, e.Account.Address, why))
}
