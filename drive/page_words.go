package drive

import (
	"fmt"
	"time"

	"golang.org/x/text/language"
)

// pageWords are the texts of the page that a link shows, in one language.
type pageWords struct {
	Over      string // the link is not valid, or not any more
	OverNote  string
	Heading   string // files for you
	From      string // sender
	Password  string
	Show      string
	Wrong     string
	Wait      string
	Download  string
	UsedUp    string
	SignIn    string
	Inside    string
	Care      string
	expires   string
	dayLayout string
}

// pageTags and pageLanguages are in the same order; the first is who asks for none.
var (
	pageTags      = []language.Tag{language.English, language.TraditionalChinese, language.SimplifiedChinese, language.Vietnamese, language.Korean}
	pageLanguages = []string{"en", "zh-TW", "zh-CN", "vi", "ko"}
	pageMatcher   = language.NewMatcher(pageTags)
)

// pageText is indexed as pageLanguages.
var pageText = []pageWords{
	{
		Over: "This link is not valid", OverNote: "It may have expired, been closed or been copied in part. Please ask the sender for another one.",
		Heading: "Files for you", From: "Sent by %s", Password: "Password", Show: "Show the files", Wrong: "The password is wrong.",
		Wait: "Too many wrong passwords. Please try again later.", Download: "Download", UsedUp: "Downloaded as often as allowed", SignIn: "Sign in",
		Inside: "These files are for people of the organisation. Please sign in.",
		Care:   "Open files only if you expected them from this sender.", expires: "Available until %s.", dayLayout: "2 January 2006, 15:04",
	},
	{
		Over: "此連結無效", OverNote: "連結可能已逾期、已關閉或複製不完整。請洽寄件人重新提供。",
		Heading: "給您的檔案", From: "寄件人：%s", Password: "密碼", Show: "顯示檔案", Wrong: "密碼不正確。",
		Wait: "密碼錯誤次數過多，請稍後再試。", Download: "下載", UsedUp: "已達下載次數上限", SignIn: "登入",
		Inside: "此檔案僅供機關同仁下載。請先登入。",
		Care:   "請確認檔案確為您預期由該寄件人寄送，再行開啟。", expires: "下載期限：%s。", dayLayout: "2006年1月2日 15:04",
	},
	{
		Over: "此链接无效", OverNote: "链接可能已过期、已关闭或复制不完整。请联系发件人重新提供。",
		Heading: "给您的文件", From: "发件人：%s", Password: "密码", Show: "显示文件", Wrong: "密码不正确。",
		Wait: "密码错误次数过多，请稍后再试。", Download: "下载", UsedUp: "已达下载次数上限", SignIn: "登录",
		Inside: "此文件仅供本单位人员下载。请先登录。",
		Care:   "请确认文件确由该发件人发送后再打开。", expires: "下载截止时间：%s。", dayLayout: "2006年1月2日 15:04",
	},
	{
		Over: "Liên kết không hợp lệ", OverNote: "Liên kết có thể đã hết hạn, đã đóng hoặc bị sao chép thiếu. Vui lòng liên hệ người gửi để nhận liên kết mới.",
		Heading: "Tệp gửi cho bạn", From: "Người gửi: %s", Password: "Mật khẩu", Show: "Hiển thị tệp", Wrong: "Mật khẩu không đúng.",
		Wait: "Nhập sai mật khẩu quá nhiều lần. Vui lòng thử lại sau.", Download: "Tải xuống", UsedUp: "Đã hết số lần tải", SignIn: "Đăng nhập",
		Inside: "Tệp này chỉ dành cho người trong cơ quan. Vui lòng đăng nhập.",
		Care:   "Chỉ mở tệp khi bạn biết người gửi đã gửi tệp này.", expires: "Tải được đến %s.", dayLayout: "15:04 ngày 02/01/2006",
	},
	{
		Over: "유효하지 않은 링크입니다", OverNote: "만료되었거나 닫혔거나 일부만 복사된 링크일 수 있습니다. 보낸 사람에게 다시 요청해 주십시오.",
		Heading: "받으실 파일", From: "보낸 사람: %s", Password: "비밀번호", Show: "파일 보기", Wrong: "비밀번호가 올바르지 않습니다.",
		Wait: "비밀번호를 여러 번 잘못 입력했습니다. 잠시 후 다시 시도해 주십시오.", Download: "다운로드", UsedUp: "다운로드 횟수를 모두 사용함", SignIn: "로그인",
		Inside: "기관 구성원만 받을 수 있는 파일입니다. 로그인해 주십시오.",
		Care:   "해당 발신자가 보낸 파일이 맞는지 확인한 후 여십시오.", expires: "다운로드 기한: %s", dayLayout: "2006년 1월 2일 15:04",
	},
}

// wordsFor picks a language by what the browser prefers (RFC 9110 section 12.5.4).
func wordsFor(accept string) (string, pageWords) {
	i := 0
	if wanted, _, err := language.ParseAcceptLanguage(accept); err == nil && len(wanted) > 0 {
		_, i, _ = pageMatcher.Match(wanted...)
	}
	return pageLanguages[i], pageText[i]
}

func (w pageWords) until(t time.Time) string {
	return fmt.Sprintf(w.expires, t.In(time.Local).Format(w.dayLayout))
}

// sizeText writes a number of bytes as people do, in decimal units.
func sizeText(n int64) string {
	if n < 1000 {
		return fmt.Sprintf("%d B", n)
	}
	v := float64(n)
	for _, unit := range []string{"kB", "MB", "GB", "TB"} {
		if v /= 1000; v < 999.5 || unit == "TB" {
			if v < 9.95 {
				return fmt.Sprintf("%.1f %s", v, unit)
			}
			return fmt.Sprintf("%.0f %s", v, unit)
		}
	}
	return ""
}
