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
