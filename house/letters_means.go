package house

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"chancery/identity"
)

// meansWords are subject and text by language, and what was changed: who did
// it, to which account, and the list.
var meansWords = map[string]struct {
	subject, text, joined string
	what                  map[string]string
}{
	"en": {"An administrator changed how you sign in", `The security administrator %[1]s changed the following of your account %[2]s: %[3]s.

If you did not ask for this, please tell your agency's security administrator at once.
`, ", ", map[string]string{identity.MeansPhone: "the registered telephone", identity.MeansSecond: "the second address", identity.MeansFactor: "a second factor was removed", identity.MeansCertificate: "the registered certificates"}},
	"zh-TW": {"管理人員變更了您的登入方式", `安全管理人員 %[1]s 已變更您的帳號 %[2]s 之下列項目：%[3]s。

如非您所申請，請立即通知貴機關之安全管理人員。
`, "、", map[string]string{identity.MeansPhone: "登記之電話", identity.MeansSecond: "第二電子郵件地址", identity.MeansFactor: "移除一項第二因素", identity.MeansCertificate: "登錄之憑證"}},
	"zh-CN": {"管理人员更改了您的登录方式", `安全管理人员 %[1]s 已更改您的账号 %[2]s 的以下项目：%[3]s。

如非您所申请，请立即通知本单位的安全管理人员。
`, "、", map[string]string{identity.MeansPhone: "登记的电话", identity.MeansSecond: "第二邮箱地址", identity.MeansFactor: "移除一项第二因素", identity.MeansCertificate: "登记的证书"}},
	"vi": {"Người quản trị đã thay đổi cách đăng nhập của bạn", `Người quản trị an ninh %[1]s đã thay đổi các mục sau của tài khoản %[2]s: %[3]s.

Nếu bạn không yêu cầu việc này, vui lòng báo ngay cho người quản trị an ninh của cơ quan.
`, ", ", map[string]string{identity.MeansPhone: "số điện thoại đã đăng ký", identity.MeansSecond: "địa chỉ thư thứ hai", identity.MeansFactor: "gỡ một yếu tố xác thực thứ hai", identity.MeansCertificate: "chứng thư đã đăng ký"}},
	"ko": {"관리자가 로그인 수단을 변경했습니다", `보안 관리자 %[1]s가 계정 %[2]s의 다음 항목을 변경했습니다: %[3]s.

요청하신 일이 아니면 즉시 소속 기관의 보안 관리자에게 알려 주십시오.
`, ", ", map[string]string{identity.MeansPhone: "등록된 전화번호", identity.MeansSecond: "보조 전자우편 주소", identity.MeansFactor: "2차 인증 수단 삭제", identity.MeansCertificate: "등록된 인증서"}},
}

// MeansChanged tells of what an administrator changed of how somebody signs
// in, at the second address that there was too: the mailbox may be closed to
// them by that.
func (n notices) MeansChanged(ctx context.Context, m identity.MeansChanged) error {
	words, ok := meansWords[m.Account.Language]
	if !ok {
		words = meansWords["en"]
	}
	list := make([]string, len(m.What))
	for i, what := range m.What {
		list[i] = words.what[what]
	}
	text := fmt.Sprintf(words.text, m.By, m.Account.Address, strings.Join(list, words.joined))
	now := time.Now()
	err := n.tell(ctx, m.Account, now, words.subject, text)
	if m.Second != "" {
		err = errors.Join(err, n.tellAt(ctx, m.Account, m.Second, now, words.subject, text))
	}
	return err
}
