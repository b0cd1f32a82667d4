package house

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"chancery/directory"
	"chancery/directory/application"
	httpdoor "chancery/doors/http"
	"chancery/policy"
)

func (c Config) applications() application.Config {
	a := c.Applications
	return application.Config{Open: a.Open, KeepDays: a.KeepDays, MaxPapers: a.MaxPapers, MaxPaper: int64(a.MaxPaper), PerHour: a.PerHour}
}

// applicationWeb answers what applications ask of the HTTP door.
type applicationWeb struct{ feedWeb }

func (applicationWeb) Subject(r *http.Request) (policy.Subject, error) { return who(r.Context()) }

func (applicationWeb) Problem(w http.ResponseWriter, err error) { httpdoor.Problem(w, err) }

// applicationRoutes are the addresses of applicants and their papers.
func (h *House) applicationRoutes(door func() *httpdoor.Door) (list []httpdoor.Route) {
	for _, r := range h.Applications.Routes(applicationWeb{feedWeb{door}}) {
		access := httpdoor.SignedIn
		if r.Public {
			access = httpdoor.Public
		}
		list = append(list, httpdoor.Route{Pattern: r.Pattern, Access: access, Handler: r.Handler})
	}
	return list
}

// applicationWords are, by language, subject and text of the letters to
// applicants: the proof (link), the account that was opened (address), the
// refusal (the officer's words), and that nobody decided in time. Names and
// words of strangers are in none of them, so that the form sends nothing that
// somebody else wrote to an address that may not be theirs.
var applicationWords = map[string][4][2]string{
	"en": {
		{"Please confirm your application for an account", `Somebody, hopefully you, applied for an account with this address as the contact. Open this page to confirm it. The link works once, for 24 hours; without it the application is deleted.

%s
`},
		{"Your account was opened", `Your application was approved. Your address is %s.

Your agency's personnel officer gives you the one-time password in person. You replace it at the first sign-in. What you wrote and enclosed was deleted.
`},
		{"Your application was refused", `Your application for an account was refused:

%s

What you wrote and enclosed was deleted. You may apply again.
`},
		{"Your application was not decided in time", `Nobody decided your application for an account in time. What you wrote and enclosed was deleted. Please speak to your agency's personnel officer, and apply again.
%s`},
	},
	"zh-TW": {
		{"請確認您的帳號申請", `有人（應為您本人）以本地址為聯絡信箱申請帳號。請開啟下列網頁確認。此連結限用一次，二十四小時內有效；逾期未確認，申請資料即予刪除。

%s
`},
		{"您的帳號已核發", `您的申請業經核准，帳號地址為 %s。

一次性密碼由貴機關人事人員當面交付，首次登入時須自行變更。您所填資料及所附證明文件均已刪除。
`},
		{"您的帳號申請未獲核准", `您的帳號申請未獲核准，理由如下：

%s

您所填資料及所附證明文件均已刪除，得重新申請。
`},
		{"您的帳號申請逾期未決", `您的帳號申請逾期未獲處理，所填資料及所附證明文件均已刪除。請洽貴機關人事人員後重新申請。
%s`},
	},
	"zh-CN": {
		{"请确认您的账号申请", `有人（应为您本人）以本地址为联系邮箱申请账号。请打开以下网页确认。此链接仅可使用一次，二十四小时内有效；逾期未确认，申请资料将被删除。

%s
`},
		{"您的账号已开通", `您的申请已获批准，账号地址为 %s。

一次性密码由贵单位人事人员当面交付，首次登录时须自行修改。您填写的资料及所附证明文件均已删除。
`},
		{"您的账号申请未获批准", `您的账号申请未获批准，理由如下：

%s

您填写的资料及所附证明文件均已删除，可重新申请。
`},
		{"您的账号申请逾期未处理", `您的账号申请逾期未获处理，填写的资料及所附证明文件均已删除。请联系贵单位人事人员后重新申请。
%s`},
	},
	"vi": {
		{"Vui lòng xác nhận đơn xin cấp tài khoản", `Có người, có thể là bạn, đã xin cấp tài khoản với địa chỉ liên hệ này. Hãy mở trang dưới đây để xác nhận. Liên kết chỉ dùng được một lần, trong 24 giờ; nếu không xác nhận, đơn sẽ bị xóa.

%s
`},
		{"Tài khoản của bạn đã được cấp", `Đơn của bạn đã được duyệt. Địa chỉ của bạn là %s.

Cán bộ nhân sự của cơ quan sẽ trao trực tiếp mật khẩu dùng một lần. Bạn đổi mật khẩu ở lần đăng nhập đầu tiên. Thông tin và giấy tờ bạn gửi đã được xóa.
`},
		{"Đơn xin cấp tài khoản không được duyệt", `Đơn xin cấp tài khoản của bạn không được duyệt:

%s

Thông tin và giấy tờ bạn gửi đã được xóa. Bạn có thể nộp đơn lại.
`},
		{"Đơn xin cấp tài khoản quá hạn xử lý", `Đơn xin cấp tài khoản của bạn đã quá hạn xử lý. Thông tin và giấy tờ bạn gửi đã được xóa. Vui lòng liên hệ cán bộ nhân sự của cơ quan và nộp đơn lại.
%s`},
	},
	"ko": {
		{"계정 신청을 확인해 주십시오", `이 주소를 연락처로 하는 계정 신청이 접수되었습니다. 본인이 신청한 경우 아래 페이지를 열어 확인해 주십시오. 링크는 24시간 동안 한 번만 사용할 수 있으며, 확인하지 않으면 신청 내용이 삭제됩니다.

%s
`},
		{"계정이 발급되었습니다", `신청이 승인되었습니다. 주소는 %s입니다.

일회용 비밀번호는 소속 기관 인사 담당자가 직접 전달하며, 처음 로그인할 때 변경합니다. 작성하신 내용과 첨부 서류는 삭제되었습니다.
`},
		{"계정 신청이 반려되었습니다", `계정 신청이 다음 사유로 반려되었습니다.

%s

작성하신 내용과 첨부 서류는 삭제되었습니다. 다시 신청하실 수 있습니다.
`},
		{"계정 신청이 기한 내에 처리되지 않았습니다", `계정 신청이 기한 내에 처리되지 않아 작성하신 내용과 첨부 서류가 삭제되었습니다. 소속 기관 인사 담당자에게 문의하신 후 다시 신청해 주십시오.
%s`},
	},
}

// Prove sends an applicant the link that proves their address. The token
// stands behind #, which browsers send to nobody.
func (n notices) Prove(ctx context.Context, a application.Application, site, token string) error {
	return n.toApplicant(ctx, a, 0, n.base(site)+"/apply#"+token)
}

// Decided tells an applicant what became of their application.
func (n notices) Decided(ctx context.Context, a application.Application, address, reason string) error {
	switch {
	case address != "":
		return n.toApplicant(ctx, a, 1, address)
	case reason != "":
		return n.toApplicant(ctx, a, 2, reason)
	}
	return n.toApplicant(ctx, a, 3, "")
}

func (n notices) toApplicant(ctx context.Context, a application.Application, which int, said string) error {
	words, ok := applicationWords[a.Language]
	if !ok {
		words = applicationWords["en"]
	}
	house := directory.Account{Org: a.Org, Address: a.Address, Language: a.Language} // of our domain: where the letter is from
	return n.tellAt(ctx, house, a.Contact, time.Now(), words[which][0], fmt.Sprintf(words[which][1], said))
}
